"""Scores as files that others can open."""

from __future__ import annotations

import json
from pathlib import Path

from scan2train.errors import UnknownName, WrongUse
from scan2train.evaluating.evaluation import Evaluation

_SUFFIXES = (".csv", ".parquet", ".json")


def require_suffix(path: Path) -> None:
    """Refuse a file whose suffix names no kind of table.

    Raises
    ------
    UnknownName
        If it does not.
    """
    if path.suffix not in _SUFFIXES:
        raise UnknownName(
            "cannot tell how to write scores",
            where=path,
            expected=f"a name that ends in {', '.join(_SUFFIXES)}",
        )


def files_of(path: Path) -> tuple[Path, ...]:
    """The files that :func:`write_scores` writes: of a table also its summary."""
    beside = path.with_name(f"{path.stem}.summary{path.suffix}")
    return (path,) if path.suffix == ".json" else (path, beside)


def text_of_json(made: Evaluation) -> str:
    """All of it as text that is read again as it was."""
    return json.dumps(made.to_json(), indent=1, allow_nan=False) + "\n"


def write_scores(made: Evaluation, path: Path) -> None:
    """Write every score; beside a table its summary, under the same name with ``.summary`` before the suffix.

    Raises
    ------
    UnknownName
        If the suffix is unknown.
    WrongUse
        If the file cannot be written.
    """
    require_suffix(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".json":
            path.write_text(text_of_json(made), encoding="utf-8")
            return
        for frame, file in zip((made.frame(), made.summary_frame()), files_of(path), strict=True):
            if path.suffix == ".csv":
                frame.write_csv(file)
            else:
                frame.write_parquet(file)
    except OSError as error:
        raise WrongUse("the scores cannot be written", where=path, found=error.strerror) from error
