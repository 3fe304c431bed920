"""The cases of a prepared set as entries: what was prepared, and the labels beside it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from scan2train.errors import OutputDamaged
from scan2train.preparing.prepared import Case, prepared_cases
from scan2train.preparing.stored import part_of, stored_image, stored_labels
from scan2train.viewing.entry import Entry, LabelSource
from scan2train.viewing.ids import id_of_path
from scan2train.volume import Labels, Volume


def entries_of_cases(out: Path) -> list[Entry]:
    """The finished cases of a folder that ``prepare`` wrote, in natural order of their names.

    Raises
    ------
    OutputDamaged
        If an account cannot be read.
    """
    return [_entry(case) for case in prepared_cases(out).values()]


def _entry(case: Case) -> Entry:
    return Entry(
        id=id_of_path(case.folder),
        name=case.name,
        about=_about(case),
        volumes=(str(case.account["volume"]),),
        labels=_labels(case),
        decides=str(case.account["volume"]),
        read=partial(stored_image, case),
        row=_no_row,
        files=partial(_files, case),
    )


def _no_row() -> None:
    return None


def _files(case: Case) -> list[Path]:
    return [path for path in (part_of(case, "image"), part_of(case, "valid")) if path is not None]


def _about(case: Case) -> dict[str, Any]:
    grid = case.after
    sizes = {f"size_{axis}": n for axis, n in zip("ijk", grid.shape, strict=True)}
    spacings = {f"spacing_{axis}_mm": mm for axis, mm in zip("ijk", grid.spacing, strict=True)}
    return {
        **dict.fromkeys(("patient", "study_uid", "series_uid", "description", "modality"), ""),
        **sizes,
        **spacings,
        "orientation": grid.orientation,
        "physical": grid.physical,
        "role": "volume",
    }


def _labels(case: Case) -> tuple[LabelSource, ...]:
    path = part_of(case, "labels")
    if path is None:
        return ()
    return (LabelSource(id=id_of_path(path), name=path.name, read=partial(_read_labels, case)),)


def _read_labels(case: Case, _image: Volume) -> Labels:
    labels = stored_labels(case)
    if labels is None:
        raise OutputDamaged("the case has no labels", where=case.folder)
    return labels
