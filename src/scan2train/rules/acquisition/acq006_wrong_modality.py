"""The modality is none that the task is about.

What it finds
-------------
Series of another modality than the task's: an MR in a set of CTs, a film among mammograms. It is a warning where the
study has nothing of the right modality, and information where it has, as hospitals' studies do. Localizers, captures,
reformations and masks are not counted, nor are files whose format does not tell the modality.

``prepare`` and ``Recipe.run`` say it, too, of a scan whose values are not in Hounsfield units, or in no known unit and
without air among them, where the recipe clips them as only a CT can be.

Why it matters
--------------
Values of CT are Hounsfield units, those of MR have none, those of PET are activity: a clip for one makes nonsense of
the others, and nothing fails. A handful of MR scans in a set of CTs is never noticed in a loss curve.

What to do
----------
Leave the series out: the table that --choices-out writes does so, and so does prepare --where "modality = 'CT'". If the
task is meant to take it, add the modality to a task file of your own.

References
----------
DICOM PS3.3 C.7.3.1.1.1 (Modality).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from scan2train.rule import Example, Hit, at, bad, good, info, near, warning
from scan2train.task import Task

_SET_APART = (
    "Nothing, if you take the table that --choices-out writes, or name the modality in prepare --where."
)
_ROLES = ("volume", "picture")


def check(volumes: pl.DataFrame, task: Task) -> Iterator[Hit]:
    """Name the images of other modalities."""
    images = volumes.filter(pl.col("role").is_in(_ROLES) & (pl.col("modality").fill_null("") != ""))
    right = pl.col("modality").is_in(task.modality)
    answered = images.filter(right)["study_uid"].drop_nulls().unique().implode()
    others = images.filter(~right).with_columns(
        answered=pl.col("study_uid").is_in(answered).fill_null(value=False)
    )
    columns = ("series_uid", "volume", "path", "modality", "answered")
    for row in others.select(columns).iter_rows(named=True):
        about = f"{row['modality']} is no modality of the task"
        place: dict[str, Any] = {
            "seen": row["modality"],
            "expected": " or ".join(task.modality),
            "where": at(row),
            "scope": "series",
        }
        if row["answered"]:
            yield info(f"{about}; the study has one", advice=_SET_APART, **place)
        else:
            yield warning(about, **place)


def examples() -> Iterator[Example]:
    """Sets of one modality, and of two."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series, together
    from scan2train.testing.small_objects import small_film

    def scan(modality: str, number: int = 1, **more: Any) -> Any:
        return small_series(modality=modality, series_number=number, below=f"{modality}{number}", **more)

    lung = "ct-lung"
    yield good("CT", scan("CT"), task=lung)
    yield good("PET and CT", together(scan("PT"), scan("CT", 2)), task="pet-ct")
    yield good("a chest film", small_film("CR"), task="chest-xray")
    yield bad("an MR among CTs", together(scan("CT"), scan("MR", patient="P2")), Severity.WARNING, task=lung)
    yield bad("a sagittal MR", small_series("PIR", modality="MR"), Severity.WARNING, task=lung)
    yield bad("a mammogram among chests", small_film("MG"), Severity.WARNING, task="chest-xray")
    yield bad("CT for a task of MR", scan("CT", manufacturer="Philips"), Severity.WARNING, task="mr-brain")
    yield near("MR and CT of one study", together(scan("CT"), scan("MR", 2)), Severity.INFO, task=lung)
    yield near("a localizer", scan("MR", tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}), task=lung)
    yield near("a file that does not tell", small_nifti(), task=lung)
    yield near("without a task", scan("MR"))
