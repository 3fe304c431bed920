"""Contrast, cardiac and respiratory phases of all volumes of some sources, as one table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from scan2train.errors import NoImages, WrongUse
from scan2train.index import index
from scan2train.indexing.saved import is_saved
from scan2train.runners.here import run_here
from scan2train.runners.processes import run_in_processes
from scan2train.runners.progress import Progress
from scan2train.tables import PHASES
from scan2train.tools.phases.average import Averaged, average
from scan2train.tools.phases.cardiac import Place, cardiac_place, nearest, respiratory_place
from scan2train.tools.phases.classifier import Classifier
from scan2train.tools.phases.contrast import NAMES, Told, tell
from scan2train.tools.phases.gating import Gating
from scan2train.tools.phases.look import Look, look
from scan2train.tools.phases.motion import moved
from scan2train.tools.phases.table_file import load, require_suffix, save
from scan2train.tools.phases.times import Times, in_order, times_of

Rows = list[dict[str, Any]]
_NOWHERE = Times(first_s=None, last_s=None, trigger_time_ms=None, heart_rate=None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Phases:
    """The ``table`` (columns of :mod:`scan2train.tables.phases`), and the means that were written.

    ``model`` is the file of the classifier that was asked; ``failed`` are paths of volumes that could not be read, with
    the reason.
    """

    table: pl.DataFrame
    averaged: tuple[Averaged, ...] = ()
    model: Path | None = None
    failed: tuple[tuple[str, str], ...] = ()


def phases(
    *sources: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    cardiac: float | None = None,
    average_to: str | os.PathLike[str] | None = None,
    gating: str | os.PathLike[str] | None = None,
    train: str | os.PathLike[str] | None = None,
    model: str | os.PathLike[str] | None = None,
    unit: str | None = None,
    pixels: bool = True,
    jobs: int = 1,
    cache: bool = True,
    progress: Progress | None = None,
) -> Phases:
    """Tell the contrast phase of each CT, and the cardiac and respiratory phase of each CT and MR.

    Parameters
    ----------
    sources
        Folders, files, or folders that ``index -o`` wrote.
    out
        The table's file, outside of the sources: .csv, .parquet or .json. Where it is there already, what a person
        wrote into ``correction`` and ``cardiac_correction`` is kept and wins; all else is told anew.
    cardiac
        The phase to choose, in percent from one R wave to the next: the nearest of each study is marked.
    average_to
        A folder for the mean of the good phases of each series. Means of an earlier run are replaced.
    gating
        A table of R peaks and breaths: ``time``, ``kind`` (r or breath) and perhaps ``study_uid``.
    train
        A corrected table of these sources, to learn from; the classifier is written to ``model``, if not given beside
        the table with the suffix ``.model.json``, and asked at once.
    model
        What an earlier ``train`` wrote: it is asked beside all else that tells contrast phases.
    unit
        What values are measured in where files do not say so (``"HU"`` for NIfTI of CT): pictures are looked at in HU.
    pixels
        Look at the pictures. Without, headers alone tell.
    jobs
        How many processes read volumes at once.
    cache
        As for ``index``.
    progress
        Called with how many volumes are done, and how many there are.

    Raises
    ------
    NoImages
        If there is no volume of CT or MR, nor of a format that does not say what it is.
    UnknownName
        If the suffix of ``out`` names no kind of table.
    WrongUse
        If an argument cannot be meant, or the table lies in a source or cannot be read.
    GeometryError
        If phases that shall be averaged lie on several grids.
    """
    if cardiac is not None and not 0 <= cardiac <= 100:
        raise WrongUse("a cardiac phase is a percentage", expected="0 to 100", found=cardiac)
    target = None if out is None else Path(out)
    learnt = None if model is None else Path(model)
    if target is not None:
        require_suffix(target)
    if train is not None and learnt is None:
        learnt = Path(train).with_suffix(".model.json")
    for place in (target, None if average_to is None else Path(average_to), learnt if train else None):
        _require_apart(place, sources)
    before = load(target) if target is not None and target.exists() else PHASES.frame()
    corrected = None if train is None else load(Path(train))
    asked = Classifier.load(learnt) if learnt is not None and train is None else None
    gates = None if gating is None else Gating.load(Path(gating))
    found = index(*sources, cache=cache)
    if target is not None and any(is_saved(Path(one)) for one in sources):
        _require_apart(target, found.volumes["source"].unique().to_list())
    volumes: Rows = [row for row in found.volumes.iter_rows(named=True) if _is_asked(row)]
    if not volumes:
        raise NoImages("no volume of CT or MR was found", where=", ".join(map(str, sources)))
    looks = _looks(volumes, unit, jobs, progress) if pixels else [Look()] * len(volumes)
    times = times_of(found)
    rows = [
        _row(row, one, times.get((row["source"], row["volume"]), _NOWHERE), gates)
        for row, one in zip(volumes, looks, strict=True)
    ]
    if corrected is not None and learnt is not None:
        asked = _trained(rows, corrected)
        asked.save(learnt)
    if asked is not None:
        _ask(asked, rows, volumes, looks)
    _correct(rows, before)
    _compare(rows, cardiac)
    rows.sort(
        key=lambda row: (row["source"], row["study_uid"] or "", row["order"] or 0, row["path"], row["volume"])
    )
    table = PHASES.frame({name: [row[name] for row in rows] for name in PHASES.schema})
    # What a person said of volumes that are not in these sources is not lost.
    gone = before.filter(
        ~pl.col("volume").is_in(table["volume"].to_list())
        & (pl.col("correction").is_not_null() | pl.col("cardiac_correction").is_not_null())
    )
    table = pl.concat([table, gone])
    if target is not None:
        save(table, target)
    # The table is there whatever becomes of the means.
    by_id = {(row["source"], row["volume"]): row for row in volumes}
    means = [] if average_to is None else average(rows, by_id, Path(average_to), cardiac)
    failed = tuple(
        (str(row["path"]), one.failed) for row, one in zip(volumes, looks, strict=True) if one.failed
    )
    return Phases(table=table, averaged=tuple(means), model=learnt, failed=failed)


def _is_asked(row: Mapping[str, Any]) -> bool:
    return row["role"] == "volume" and (row["modality"] in ("CT", "MR") or row["format"] != "dicom")


def _looks(volumes: Rows, unit: str | None, jobs: int, progress: Progress | None) -> list[Look]:
    work = partial(look, unit=unit)
    looks = [Look(failed="it was not looked at")] * len(volumes)
    with closing(run_in_processes(work, volumes, jobs) if jobs > 1 else run_here(work, volumes)) as outcomes:
        for done, outcome in enumerate(outcomes, start=1):
            looks[outcome.at] = outcome.value or Look(failed=outcome.failure)
            if progress is not None:
                progress(done, len(volumes))
    return looks


def _row(row: Mapping[str, Any], seen: Look, times: Times, gates: Gating | None) -> dict[str, Any]:
    """What is told of one volume, in the columns of the table and with its ``size``."""
    # Phases of contrast are told of CT, and of what may be CT.
    told = tell(row, seen.contrast) if row["modality"] in ("CT", None) else None
    heart, breath = cardiac_place(row, times), respiratory_place(row)
    if gates is not None:
        study = row["study_uid"] or ""
        heart = _first(gates.place("r", study, times), heart)
        breath = _first(gates.place("breath", study, times), breath)
    hu = {} if seen.contrast is None else asdict(seen.contrast)
    kept = (
        "volume",
        "study_uid",
        "series_uid",
        "source",
        "path",
        "modality",
        "description",
        "dimension_value",
    )
    return {
        **dict.fromkeys(PHASES.schema),
        **{name: row[name] for name in kept},
        **{name: None if value is None else round(value, 1) for name, value in hu.items() if name != "dark"},
        **({} if told is None else _columns(told)),
        "time_s": times.first_s,
        "contrast_delay_s": row["contrast_delay_s"],
        "cardiac_percent": heart.percent,
        "cardiac_by": heart.by,
        "respiratory_percent": breath.percent,
        "respiratory_by": breath.by,
        "variance": None if seen.blur is None else round(seen.blur.variance, 3),
        "edges": None if seen.blur is None else round(seen.blur.edges, 5),
        "size": (row["size_i"], row["size_j"], row["size_k"]),
    }


def _columns(told: Told) -> dict[str, Any]:
    return {
        "phase": told.phase,
        "told": told.phase,
        "confidence": told.confidence,
        "evidence": told.evidence,
        **told.by,
    }


def _first(one: Place, other: Place) -> Place:
    """What was recorded is nearer to the truth than what is nominal."""
    return other if one.percent is None else one


def _trained(rows: Rows, corrected: pl.DataFrame) -> Classifier:
    """Learn from what is measured now and what a person said, wherever the table came from."""
    taught = [dict(row) for row in rows]
    _correct(taught, corrected)
    return Classifier.train(taught)


def _ask(model: Classifier, rows: Rows, volumes: Rows, looks: Sequence[Look]) -> None:
    """Tell the phases again, with what the model says."""
    for row, volume, seen in zip(rows, volumes, looks, strict=True):
        if volume["modality"] in ("CT", None):
            row.update(_columns(tell(volume, seen.contrast, model.tell(row))))


def _correct(rows: Rows, before: pl.DataFrame) -> None:
    """Take over what a person said: of this source, else of a copy elsewhere."""
    said = {row["volume"]: row for row in before.iter_rows(named=True)}
    said |= {(row["source"], row["volume"]): row for row in before.iter_rows(named=True)}
    for row in rows:
        own = said.get((row["source"], row["volume"])) or said.get(row["volume"]) or {}
        if correction := own.get("correction"):
            known = {name.replace("-", " "): name for name in NAMES}
            name = known.get(correction.lower().replace("-", " "), correction)
            row |= {"correction": correction, "phase": name, "confidence": 1.0}
            row["evidence"] = (
                f"a person said so; else: {row['evidence']}" if row["evidence"] else "a person said so"
            )
        if (percent := own.get("cardiac_correction")) is not None:
            row |= {"cardiac_correction": percent, "cardiac_percent": percent, "cardiac_by": "a person"}


def _compare(rows: Rows, cardiac: float | None) -> None:
    """What follows from volumes side by side: their order in time, motion, and the nearest phase."""
    studies: dict[tuple[str, str], Rows] = {}
    for row in rows:
        studies.setdefault((row["source"], row["study_uid"] or row["path"]), []).append(row)
    for own in studies.values():
        for row, place in zip(own, in_order([one["time_s"] for one in own]), strict=True):
            row["order"] = place
    for row, one in zip(rows, moved(rows), strict=True):
        row["moved"] = one
    if cardiac is not None:
        for row, (apart, best) in zip(rows, nearest(rows, cardiac), strict=True):
            row["cardiac_apart"], row["nearest"] = apart, best


def _require_apart(place: Path | None, sources: Sequence[str | os.PathLike[str]]) -> None:
    """Refuse what would be written into a source."""
    if place is None:
        return
    for source in sources:
        root, real = Path(os.path.realpath(source)), Path(os.path.realpath(place))
        if real == root or (root.is_dir() and real.is_relative_to(root)):
            raise WrongUse(
                "the output would lie in the source",
                where=place,
                found=f"the source {source}",
                advice="Sources are never written. Choose a place outside of it.",
            )
