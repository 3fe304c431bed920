"""A scan of the heart that does not say when in the heartbeat it was taken, or was taken while the heart moves.

What it finds
-------------
For a task about the heart: CT and MR volumes whose headers tell nothing of gating, in no attribute and in no word of
description, protocol or comment. And studies whose cardiac phases, where they are told, are all such in which the heart
moves: not in end-systole (30 to 50 % of the way from one R wave to the next) and not in diastole (60 to 85 %).

Why it matters
--------------
A coronary artery moves by centimetres a second, and rests for a tenth of a second twice in each beat. Scanners
therefore record the ECG and reconstruct one moment of the beat. Without it, or at another moment, arteries are
blurred, doubled and cut into steps, which looks like the narrowing that is to be found.

What to do
----------
Take the series near 75 %, or near 40 % where the heart was fast; `check --task` chooses it. Where nothing is told, look
for steps in the arteries and along the edge of the heart, and ask for the original files: plain CT keeps the phase in
descriptions and private elements, which anonymisers drop.

References
----------
DICOM PS3.3 C.7.6.18.1 (Cardiac Synchronization; Nominal Percentage of Cardiac Phase, 0020,9241). Achenbach et al.,
on the phases of least motion of coronary arteries, Eur Radiol 2006.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.gating_words import percent_of_words
from scan2train.knowledge.tolerances import ACQ005_REST_PERCENT
from scan2train.rule import Example, Hit, at, bad, good, near, warning
from scan2train.task import Task

_GATED = ("CT", "MR")
_COLUMNS = (
    "source",
    "study_uid",
    "series_uid",
    "volume",
    "path",
    "description",
    "protocol",
    "gating",
    "cardiac_percent",
)


def check(volumes: pl.DataFrame, task: Task) -> Iterator[Hit]:
    """Judge each volume of the task's modalities, and the phases of each study together."""
    if not task.cardiac:
        return
    wanted = [name for name in task.modality if name in _GATED]
    mine = volumes.filter(pl.col("modality").is_in(wanted) & (pl.col("role") == "volume"))
    moving: dict[tuple[str, str], list[tuple[float, Mapping[str, Any]]]] = defaultdict(list)
    at_rest = set()
    for row in mine.select(_COLUMNS).iter_rows(named=True):
        percent = row["cardiac_percent"]
        if percent is None:
            percent = percent_of_words(row["description"] or "", row["protocol"] or "", cardiac=True)
        study = (row["source"], row["study_uid"] or row["volume"])
        if percent is None and not row["gating"]:
            yield warning(
                "nothing tells when in the heartbeat this was taken",
                seen=f"description {row['description']}" if row["description"] else "no word of gating",
                expected="Nominal Percentage of Cardiac Phase, Trigger Time, or words for a phase",
                where=at(row),
                scope="series",
            )
        elif percent is not None and not any(low <= percent <= high for low, high in ACQ005_REST_PERCENT):
            moving[study].append((percent, row))
        else:
            at_rest.add(study)
    for study, those in moving.items():
        # Beside a phase at rest, the others of a whole beat are no fault.
        for percent, place in () if study in at_rest else those:
            yield warning(
                "the heart moves in this phase, and none of the study is at rest",
                seen=f"{percent:g} %",
                expected=" or ".join(f"{low:g} to {high:g} %" for low, high in ACQ005_REST_PERCENT),
                where=at(place),
                scope="volume",
            )


def examples() -> Iterator[Example]:
    """Hearts with and without a phase, in attributes and words of several vendors."""
    from functools import partial

    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_series, together

    task = "cta-coronary"

    def heart(words: str = "CTA", percent: float | None = None, below: str = "a", **more: Any) -> Build:
        tags = {} if percent is None else {"NominalPercentageOfCardiacPhase": percent}
        return small_series(
            series_description=words,
            below=below,
            series_number=ord(below),
            tags=tags | more.pop("tags", {}),
            **more,
        )

    said = partial(good, task=task)
    yield said("75 % by the attribute", heart(percent=75.0))
    yield said("words of Siemens, sagittal", heart("CorCTA 0.75 Bv36 3 BestDiast 71 %", orientation="PIR"))
    yield said("percent of Canon", heart("0.5mm 40%", manufacturer="Canon Medical Systems"))
    yield said("a trigger time, oblique", heart(tags={"TriggerTime": "640"}, turned_deg=20))
    yield said("other modalities", small_series(modality="PT"))
    yield good("no task", heart())
    yield good("a task that is not about the heart", heart(), task="ct-lung")
    yield bad("nothing", heart(), Severity.WARNING, task=task)
    yield bad(
        "nothing, of GE, sagittal",
        heart(
            "Axial 0.625",
            orientation="PIR",
            manufacturer="GE MEDICAL SYSTEMS",
            tags={"ScanOptions": "HELICAL MODE"},
        ),
        Severity.WARNING,
        task=task,
    )
    yield bad("5 % alone", heart(percent=5.0), Severity.WARNING, task=task)
    yield bad("90 % in words", heart("Cardiac 90%", manufacturer="Philips"), Severity.WARNING, task=task)
    yield near(
        "all phases of a beat", together(heart(percent=5.0), heart(percent=75.0, below="b")), task=task
    )
    yield near("86 %", heart(percent=86.0), Severity.WARNING, task=task)
    yield near("85 %", heart(percent=85.0), task=task)
    yield near("a percentage of something else", heart("CTA ASiR-V 40%"), Severity.WARNING, task=task)
