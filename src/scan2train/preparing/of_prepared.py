"""A prepared set as the source of another: its cases, with what only their accounts know of them.

A file of voxels does not say what is padding, and NIfTI not in which unit values are; the account beside it does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from scan2train.errors import OutputDamaged
from scan2train.knowledge.file_names import stem
from scan2train.preparing.account import ACCOUNT
from scan2train.preparing.ownership import CASES, JOURNAL
from scan2train.preparing.prepared import Case
from scan2train.preparing.stored import stored_image

if TYPE_CHECKING:
    from scan2train.volume import Volume

#: Why a part of a prepared set is no image of its own.
NO_IMAGE = "part-of-a-prepared-set"
_IMAGE, _LABELS = "image", "labels"


@cache
def is_prepared(source: str) -> bool:
    """Whether a source is a folder that ``prepare`` wrote."""
    return (Path(source) / JOURNAL).is_file() and (Path(source) / CASES).is_dir()


def is_no_image(row: Mapping[str, Any]) -> bool:
    """Whether a row of the volumes table is something else of a prepared set than the image or labels of a case.

    That are masks of real data, the links of a layout, and all cases in one array.
    """
    return is_prepared(row["source"]) and _part(row) not in {_IMAGE, _LABELS}


def splits_of(source: str) -> dict[str, str]:
    """Case to split, as far as a prepared set was split."""
    table = Path(source) / "cases.parquet"
    if not is_prepared(source) or not table.is_file():
        return {}
    import polars as pl

    return dict(pl.read_parquet(table, columns=["case", "split"]).iter_rows())


def account_beside(row: Mapping[str, Any]) -> Path | None:
    """The account of the case that a row of the volumes table is the image of; ``None`` for any other source."""
    if not is_prepared(row["source"]) or _part(row) != _IMAGE:
        return None
    return Path(row["source"], CASES, _parts(row)[1], ACCOUNT)


def read_prepared(account: Path) -> Volume:
    """The image of a case as it was when it was made: exact grid, unit, and mask of real data.

    Raises
    ------
    OutputDamaged
        If the account cannot be read.
    Scan2TrainError
        If the image cannot.
    """
    try:
        told = json.loads(account.read_bytes())
        case = Case(name=told["case"], folder=account.parent, account=told, root=account.parent)
        return stored_image(case)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise OutputDamaged("the account of a case cannot be read", where=account, found=error) from error


def _part(row: Mapping[str, Any]) -> str:
    """``"image"``, ``"labels"`` or ``"valid"`` of a case; empty for what is no part of one."""
    parts = _parts(row)
    return stem(parts[2]) if len(parts) > 2 and parts[0] == CASES else ""


def _parts(row: Mapping[str, Any]) -> tuple[str, ...]:
    return PurePosixPath(row["path"] or "").parts
