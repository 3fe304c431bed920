"""One new scan: read and prepared in memory as the training set was, and held against its envelope."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.cohort.envelope.observed import observe
from scan2train.cohort.envelope.verdict import Reason, Verdict, judge
from scan2train.errors import Scan2TrainError
from scan2train.index import Index
from scan2train.paths import path_given
from scan2train.preparing.scan_facts import scan_facts
from scan2train.preparing.sources import without_place
from scan2train.reading.one import read_row
from scan2train.reading.options import Options
from scan2train.reading.settled import settled
from scan2train.reading.source import index_alone, nothing
from scan2train.volume import Volume

if TYPE_CHECKING:
    from scan2train.cohort.envelope.envelope import Envelope

_LABELS = "labels"


def rows_at(scans: str | os.PathLike[str] | Index, options: Options) -> list[dict[str, Any]]:
    """The rows of all volumes at a place; where there is none, of whatever else is no mask.

    Raises
    ------
    Scan2TrainError
        If there is no image.
    """
    if isinstance(scans, Index):
        found, place = scans, None
    else:
        place = path_given(scans)
        found = index_alone(place)
    rows = [row for row in found.volumes.to_dicts() if row["role"] != _LABELS]
    rows = [row for row in rows if row["role"] == "volume"] or rows
    if not rows and place is not None:
        raise nothing(place, found)
    return settled(rows, options.irregular)


def try_scan(envelope: Envelope, row: Mapping[str, Any]) -> Verdict:
    """The verdict on one row of the volumes table."""
    # A series that was itself given lies at "." below it, and is called as its folder.
    name = row["path"] if row["path"] not in ("", ".") else Path(row["source"]).name or row["volume"]
    try:
        uptake = envelope.suv if row["modality"] == "PT" else None
        volume = read_row(dict(row), Options(irregular=envelope.irregular, suv=uptake))
    except Scan2TrainError as error:
        reason = _failed("reading", "the scan cannot be read", error, row)
        return Verdict(scan=name, inside=False, reasons=(reason,), unreadable=True)
    ready: Volume | None = None
    failed: tuple[Reason, ...] = ()
    try:
        ready, _ = envelope.recipe.run(volume, seed=0)
    except Scan2TrainError as error:
        failed = (_failed("recipe", "the recipe cannot be done", error, row),)
    found = judge(name, observe(scan_facts(row), volume.grid, ready), (*envelope.words, *envelope.ranges))
    return replace(found, inside=found.inside and not failed, reasons=failed + found.reasons)


def _failed(doing: str, message: str, error: Scan2TrainError, row: Mapping[str, Any]) -> Reason:
    return Reason(
        name=doing,
        code=error.code or "",
        message=message,
        seen=without_place(str(error), row),
        expected="a scan that the recipe can be done to",
        outside=True,
    )
