"""A view of a breast is missing.

What it finds
-------------
With a task for mammography: studies in which a breast that was imaged lacks one of the views that the task wants, as a
rule CC (from above) and MLO (from the side, slanted). The view is that of View Position, else of the View Code
Sequence, else of the words of the series description; the side that of Image Laterality, else of the same words. A film
that is there twice, raw and made for presentation, counts once. A study of one breast is information.

Where headers do not tell side or view, and pixels are looked at, the picture does: the edge of the chest wall tells the
breast, and the pectoral muscle the oblique view. What follows from that is said to do so.

Why it matters
--------------
Screening takes two views of each breast, since a lesion may hide in one of them. Models compare views and sides, and
labels are often given for a breast or a study: where a film is missing, the label may speak of something that no
remaining picture shows.

What to do
----------
Fetch the missing film from the archive, or leave the study out if your model needs all views. Studies of one breast are
usual after the other was removed, and where a finding is looked at again; keep them if that is what you want to learn.

Where side or view is not told, correct the headers: the picture tells CC from MLO and left from right, and neither a
lateral view nor an exaggerated one.

References
----------
DICOM PS3.3 C.8.11.7 (Mammography Image), PS3.16 CID 4014 (View for Mammography); ACR BI-RADS atlas.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from scan2train.finding import Where
from scan2train.knowledge.mammography_views import SPECIMEN, side_of, side_of_wall, view_of
from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.task import Task
from scan2train.volume import Volume

_SCREENING = ("CC", "MLO")
_NAMES = {"L": "left", "R": "right"}
Row = Mapping[str, Any]
Film = tuple[Row, str, str, bool]
_COLUMNS = ("source", "study_uid", "series_uid", "path", "modality", "laterality", "view", "description")


def check(volumes: pl.DataFrame, task: Task) -> Iterator[Hit]:
    """Look at the films of each study; a film is one picture, and no stack of tomosynthesis."""
    if "MG" not in task.modality:
        return
    films = volumes.filter(
        (pl.col("modality") == "MG")
        & (pl.col("n_slices") == 1)
        & pl.col("role").is_in(("volume", "picture"))
        & pl.col("study_uid").is_not_null()
    )
    studies: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in films.select(_COLUMNS).iter_rows(named=True):
        if view_of(row) != SPECIMEN:
            studies[row["source"], row["study_uid"]].append(row)
    for rows in studies.values():
        yield from _of_study(rows, task.view or _SCREENING)


def gather(volume: Volume, row: Mapping[str, Any]) -> Film | None:
    """Side and view of a film: as the header tells them, else as the picture does; the last says whether it did."""
    if row["modality"] != "MG" or row["study_uid"] is None or volume.array.shape[2:] != (1,):
        return None
    told = side_of(row), view_of(row)
    if all(told):
        return {name: row[name] for name in _COLUMNS}, *told, False
    from scan2train.measures.mammogram import film_look

    look = film_look(volume, row)
    side = told[0] or side_of_wall(look.chest_wall, row["patient_orientation"] or "")
    return {name: row[name] for name in _COLUMNS}, side, told[1] or look.view, True


def conclude(gathered: Sequence[Film | None], task: Task) -> Iterator[Hit]:
    """Judge the studies in which a film had to be told by its picture."""
    if "MG" not in task.modality:
        return
    studies: dict[tuple[str, str], list[Film]] = defaultdict(list)
    for film in gathered:
        if film is not None and film[2] != SPECIMEN:
            studies[film[0]["source"], film[0]["study_uid"]].append(film)
    for films in studies.values():
        seen = [film for film in films if film[3]]
        if not seen or any(not side or not view for _, side, view, _ in seen):
            continue
        rows = [row for row, *_ in films]
        said = f"by their pictures: {', '.join(sorted(f'{side} {view}' for _, side, view, _ in seen))}"
        missing = list(_missing([(side, view, row) for row, side, view, _ in films], task.view or _SCREENING))
        for name, view, _, row in missing:
            yield warning(
                f"going by the pictures of films that do not tell it, the {_NAMES[name]} breast has no {view} view",
                seen=said,
                expected=" and ".join(task.view or _SCREENING),
                where=_place(rows, row),
                scope="study",
            )
        if not missing:
            yield info(
                "going by the pictures of films that do not tell it, no view is missing",
                seen=said,
                where=_place(rows, seen[0][0]),
                scope="study",
            )


def _missing(
    films: Sequence[tuple[str, str, Row]], wanted: Sequence[str]
) -> Iterator[tuple[str, str, list[str], Row]]:
    """Each breast that was imaged and each view that it lacks; with the views that are there, and one of its films."""
    for name in _NAMES:
        own = [film for film in films if film[0] in (name, "B")]
        views = sorted({view for _, view, _ in own})
        yield from ((name, view, views, own[0][2]) for view in wanted if own and view not in views)


def _of_study(rows: Sequence[Row], wanted: Sequence[str]) -> Iterator[Hit]:
    films = [(side_of(row), view_of(row), row) for row in rows]
    untold = [row for side, view, row in films if not side or not view]
    if untold:
        yield warning(
            "the header of a mammogram does not tell its side or its view, so that it says nothing of missing ones",
            seen=f"{len(untold)} of {len(rows)} films",
            expected="Image Laterality, and View Position or View Code Sequence",
            where=_place(rows, untold[0]),
            scope="study",
            affects=len(untold),
        )
        return
    for name, view, views, row in _missing(films, wanted):
        yield warning(
            f"the {_NAMES[name]} breast has no {view} view",
            seen=", ".join(views),
            expected=" and ".join(wanted),
            where=_place(rows, row),
            scope="study",
        )
    there = [name for name in _NAMES if any(side in (name, "B") for side, _, _ in films)]
    if len(there) == 1:
        yield info(
            f"the study is of the {_NAMES[there[0]]} breast only",
            seen=f"{len(rows)} films",
            expected="both breasts, in a study of screening",
            where=_place(rows, rows[0]),
            scope="study",
        )


def _place(rows: Sequence[Row], of: Row) -> Where:
    """The folder of the study, or its one file; and the series of one of its films."""
    paths = [row["path"] for row in rows]
    shared = (
        paths[0] if len(set(paths)) == 1 else posixpath.commonpath([posixpath.dirname(one) for one in paths])
    )
    return Where(path=shared or ".", series_uid=of["series_uid"])


def examples() -> Iterator[Example]:
    """Studies of four films, and of fewer; views told in several ways."""
    from scan2train.finding import Severity
    from scan2train.testing.small import together
    from scan2train.testing.small_films import small_mammogram
    from scan2train.testing.small_mammograms import small_mammograms
    from scan2train.testing.small_objects import small_film

    task = "mammography"
    four = ("RCC", "LCC", "RMLO", "LMLO")
    raw = {"PresentationIntentType": "FOR PROCESSING"}
    yield good("four films", small_mammograms(*four), task=task)
    yield good("views as SNOMED codes", small_mammograms(*four, told_by="SCT"), task=task)
    yield good(
        "as the older codes", small_mammograms(*four, told_by="SRT", manufacturer="HOLOGIC, Inc."), task=task
    )
    yield good("in words of the description", small_mammograms(*four, told_by="words"), task=task)
    yield good("a chest", small_film(), task=task)
    yield bad(
        "no MLO of the left breast", small_mammograms("RCC", "LCC", "RMLO"), Severity.WARNING, task=task
    )
    yield bad(
        "only views from above, as codes",
        small_mammograms("RCC", "LCC", told_by="SCT"),
        Severity.WARNING,
        task=task,
    )
    yield bad(
        "a missing film that a raw one of another view does not replace",
        together(
            small_mammograms("RCC", "LCC", "RMLO"),
            small_mammograms("LCC", tags=raw, first=4),
        ),
        Severity.WARNING,
        task=task,
    )
    yield bad(
        "a lateral in place of the oblique",
        small_mammograms("RCC", "LCC", "RMLO", "LML"),
        Severity.WARNING,
        task=task,
    )
    yield bad(
        "side and view not told",
        small_mammograms("RCC", "LCC", tags={"ViewPosition": None}),
        Severity.WARNING,
        task=task,
    )
    untold: dict[str, Any] = {"told_side": "", "told_view": "", "tags": {"PatientOrientation": None}}
    shown = (
        small_mammogram("R", "CC", name="1.dcm", number=1, **untold),
        small_mammogram("L", "CC", name="2.dcm", number=2, **untold),
        small_mammogram("R", "MLO", name="3.dcm", number=3, **untold),
    )
    yield bad("told by no header, and one is missing", together(*shown), Severity.WARNING, task=task)
    yield near("one breast, both views", small_mammograms("LCC", "LMLO"), Severity.INFO, task=task)
    yield near("more than four", small_mammograms(*four, "LML", "RXCCL"), task=task)
    yield near("without the task", small_mammograms("RCC", "LCC", "RMLO"))
