"""Features of one image, or of all cases of a folder, in each of their labels."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from scan2train.errors import NoImages, Scan2TrainError, UnreadableFile, WrongUse
from scan2train.knowledge.file_names import stem
from scan2train.paths import path_given
from scan2train.read import read
from scan2train.reading.labels_on import labels_on
from scan2train.reading.options import Options
from scan2train.runners.progress import Progress
from scan2train.tools.features.carried import Along, require_columns
from scan2train.tools.features.definitions import DEFINITIONS
from scan2train.tools.features.one_case import features_of
from scan2train.tools.features.table import FACTS, OWN, CaseFeatures, FeatureTable, in_order
from scan2train.volume import Labels, Volume


def features(
    image: Volume | str | os.PathLike[str],
    labels: Labels | str | os.PathLike[str] = "auto",
    *,
    only: Collection[int] = (),
    irregular: str = "refuse",
    suv: str | None = None,
    unit: str | None = None,
    columns: Collection[str] = (),
    table: str | os.PathLike[str] | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> FeatureTable:
    """First-order and shape features of each label, by the definitions and names of IBSI.

    Parameters
    ----------
    image
        A volume or a file; or a folder of scans, or one that ``prepare`` wrote.
    labels
        For one image: a mask on its grid, or a file of one. For a folder: a folder or pattern of files named as their
        images, or ``"auto"`` for those that lie beside them in one of the usual layouts.
    only
        The labels that are wanted; all but 0 if not given.
    irregular, suv
        How to read the images, as for :func:`scan2train.read.read`.
    unit
        What values are in where files do not say so: ``"HU"`` for a CT as NIfTI. A file that says another is refused.
    columns
        Columns of the volumes table that come along for the scans of a folder, such as ``"station"``; ``"site"`` is the
        station, else make and model; ``"folder"`` is the first folder below ``image`` that a scan lies in.
    table
        A CSV or Parquet file with the column ``case``, whose other columns come along for the cases of a folder. A case
        goes by its name, by that of its file, or by a folder that it lies in.
    jobs
        How many processes work at once on the cases of a folder.
    progress
        Called with how many cases are done, and how many there are.

    Returns
    -------
    FeatureTable
        As a table with :meth:`~scan2train.tools.features.table.FeatureTable.frame`, which ComBat reads.

    Raises
    ------
    GridMismatch
        If the labels of one image lie on another grid.
    GeometryError
        If it has no millimetres.
    NoImages
        If no image of a folder has labels.
    WrongUse
        If an argument cannot be meant, the image says that it is in another unit, or no case is in the table.
    UnknownName
        If there is no such column.
    Scan2TrainError
        As :func:`scan2train.read.read`, for one image; in a folder it costs that case alone.
    """
    require_columns(columns)
    if isinstance(image, Volume) or isinstance(labels, Labels) or _is_one(image, labels):
        if columns or table is not None:
            raise WrongUse("columns come along for a folder of scans", found="one image")
        volume = image if isinstance(image, Volume) else read(image, irregular, suv)
        if isinstance(labels, str) and labels == "auto":
            raise WrongUse("say which labels belong to the image", expected="Labels, or a file of them")
        return FeatureTable(cases=(_of_one(volume, labels_on(labels, volume), image, only, unit),), failed=())
    along = Along(columns=tuple(columns), table=None if table is None else path_given(table, "a table"))
    return _of_folder(
        path_given(image), labels, only, Options(irregular=irregular, suv=suv), unit, along, jobs, progress
    )


def _is_one(image: str | os.PathLike[str], labels: str | os.PathLike[str]) -> bool:
    return Path(labels).is_file() or (Path(image).is_file() and Path(labels).exists())


def _of_one(
    volume: Volume, labels: Labels, given: object, only: Collection[int], unit: str | None
) -> CaseFeatures:
    name = stem(Path(given).name) if isinstance(given, (str, os.PathLike)) else "image"
    facts = {word: volume.meta.get(word) for word in FACTS if isinstance(volume.meta.get(word), str)}
    known = _unit_of(volume, unit)
    return CaseFeatures(case=name, unit=known, labels=features_of(volume, labels, only), facts=facts)


def _unit_of(volume: Volume, unit: str | None) -> str:
    """What a file says, else what is said of it; refuses what contradicts the file."""
    if unit is not None and volume.unit not in ("a.u.", unit):
        raise WrongUse(
            "the file says what its values are in, and it is another unit",
            expected=f"no unit, or {volume.unit}",
            found=unit,
            advice="Leave --unit out for this image: it is for files that do not say so.",
        )
    return unit or volume.unit


def _of_folder(
    place: Path,
    labels: str | os.PathLike[str],
    only: Collection[int],
    reading: Options,
    unit: str | None,
    along: Along,
    jobs: int,
    progress: Progress | None,
) -> FeatureTable:
    from scan2train.index import index
    from scan2train.preparing.job import Job
    from scan2train.preparing.ordered import Ordered
    from scan2train.preparing.plan import plan
    from scan2train.runners.here import run_here
    from scan2train.runners.processes import run_in_processes

    asked = labels if isinstance(labels, str) else Path(labels)
    planned = plan(index(place), labels=asked, where=None, choices=None, irregular=reading.irregular, seed=0)
    failed: list[tuple[str, Scan2TrainError]] = [
        (case, UnreadableFile(one.error, advice=one.advice)) for case, one in planned.undecided.items()
    ]
    labelled: list[Job] = [job for job in planned.jobs if job.labels and job.case not in planned.undecided]
    if not labelled and not failed:
        raise NoImages(
            "no image has labels",
            where=place,
            found=f"{len(planned.jobs)} images",
            advice="Name the folder of labels, or lay them beside their images as X_seg or in labelsTr.",
        )
    carried, unknown = along.of(labelled, (*OWN, *(one.name for one in DEFINITIONS)))
    work = partial(_of_case, tuple(only), reading, unit)
    items = Ordered.largest_first(planned, labelled)
    done: list[CaseFeatures] = []
    with closing(run_in_processes(work, items, jobs) if jobs > 1 else run_here(work, items)) as outcomes:
        for count, outcome in enumerate(outcomes, start=1):
            case = items.jobs[outcome.at].case
            if isinstance(outcome.value, CaseFeatures):
                done.append(replace(outcome.value, carried=carried[case]))
            elif isinstance(outcome.value, Scan2TrainError):
                failed.append((case, outcome.value))
            else:
                failed.append((case, UnreadableFile("has no features", found=outcome.failure)))
            if progress is not None:
                progress(count, len(items))
    names = {case for case, _ in failed} | {job.case for job in labelled}
    return FeatureTable(
        cases=in_order(done),
        failed=tuple(sorted(failed, key=lambda one: one[0])),
        unlabelled=tuple(job.case for job in planned.jobs if job.case not in names),
        not_in_table=unknown,
        places={job.case: str(job.row["path"]) for job in planned.jobs if job.row["format"] == "dicom"},
    )


def _of_case(
    only: Collection[int], reading: Options, unit: str | None, job: object
) -> CaseFeatures | Scan2TrainError:
    from scan2train.preparing.case import read_case
    from scan2train.preparing.job import Job
    from scan2train.recipe import Recipe

    assert isinstance(job, Job)
    try:
        volume, labels, _, _ = read_case(job, reading, Recipe(steps=()))
        assert labels is not None
        known, found = _unit_of(volume, unit), features_of(volume, labels, only)
    except Scan2TrainError as error:
        return error
    facts = {word: str(job.row[word]) for word in FACTS if job.row.get(word)}
    return CaseFeatures(case=job.case, unit=known, labels=found, facts=facts)
