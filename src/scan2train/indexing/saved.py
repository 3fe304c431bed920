"""Indexes on disk: four Parquet files in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from scan2train.errors import UnreadableFile, WrongUse
from scan2train.formats.atomic import replacing
from scan2train.tables import FRAMES, INSTANCES, SKIPPED, VOLUMES, Table

if TYPE_CHECKING:
    from scan2train.index import Index

_TABLES = {"instances": INSTANCES, "frames": FRAMES, "volumes": VOLUMES, "skipped": SKIPPED}


def is_saved(folder: Path) -> bool:
    """Whether a folder holds a saved index."""
    return all((folder / f"{name}.parquet").is_file() for name in ("instances", "volumes", "skipped"))


def save(index: Index, folder: Path) -> Path:
    """Write the tables, each whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse(f"the folder cannot be made: {error.strerror}", where=folder) from error
    for name in _TABLES:
        write_table(getattr(index, name), folder / f"{name}.parquet")
    return folder


def load(folder: Path) -> dict[str, pl.DataFrame]:
    """Read the tables that :func:`save` wrote."""
    return {name: read_table(folder / f"{name}.parquet", table) for name, table in _TABLES.items()}


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write one table."""
    with replacing(path) as file:
        frame.write_parquet(file)


def read_table(path: Path, table: Table) -> pl.DataFrame:
    """Read one table and see that it has the declared columns.

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, or was written with other columns.
    """
    try:
        with path.open("rb") as file:
            frame = pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableFile(
            "the table cannot be read", where=path, found=str(error).partition("\n")[0]
        ) from error
    except BaseException as error:
        # A damaged file can make the reader of polars panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile("the table is damaged", where=path) from error
    if dict(frame.schema) != table.schema:
        raise UnreadableFile(
            "the table has other columns than this version writes",
            where=path,
            advice="Index the sources again.",
        )
    return frame


def join(found: list[Index]) -> dict[str, pl.DataFrame]:
    """Several sources' tables, one after the other; frames count instances through."""
    frames, base = [], 0
    for one in found:
        frames.append(one.frames.with_columns(pl.col("instance") + base))
        base += one.instances.height
    tables = {name: pl.concat([getattr(one, name) for one in found]) for name in _TABLES if name != "frames"}
    return {**tables, "frames": pl.concat(frames)}
