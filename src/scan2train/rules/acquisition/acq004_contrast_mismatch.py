"""Contrast agent where the task wants none, or none where it wants some.

What it finds
-------------
Series whose header says that contrast agent was given though the task wants scans without it, or the other way round:
by Contrast/Bolus Agent, else by words of the series description. It is an error where the study has no other
series that the task could take, and information where it has one. A warning says that the header does not tell, or
contradicts itself, where the task depends on it. Contrast that was only drunk counts as none was given.

Why it matters
--------------
Contrast agent makes vessels and tumours as bright as fresh blood or calcium. A network for bleeding that has seen scans
with it learns that vessels bleed; one for coronary arteries cannot see them without it.

What to do
----------
Leave the series out: the table that --choices-out writes does so, and prepare --choices takes it. Where the header may
be wrong, look at the picture (with contrast the aorta is brighter than muscle), and accept the series in that table.

References
----------
DICOM PS3.3 C.7.6.4 (Contrast/Bolus); ACR Manual on Contrast Media.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.contrast_words import agent_told, contrast_told
from scan2train.rule import Example, Hit, at, bad, error, good, info, near, warning
from scan2train.rule.slices import IMAGES
from scan2train.task import Task

_SET_APART = "Nothing, if you take the table that --choices-out writes: it has the other series."
_COLUMNS = ("source", "study_uid", "series_uid", "volume", "path", "contrast", "description")


def check(volumes: pl.DataFrame, task: Task) -> Iterator[Hit]:
    """Judge each series beside the others of its study."""
    if task.contrast == "any":
        return
    wanted = task.contrast == "required"
    mine = volumes.filter(pl.col("modality").is_in(task.modality) & pl.col("role").is_in(IMAGES))
    studies: dict[tuple[str, str], list[tuple[bool | None, Mapping[str, Any]]]] = defaultdict(list)
    for row in mine.select(_COLUMNS).iter_rows(named=True):
        told = contrast_told(row["contrast"], row["description"])
        studies[row["source"], row["study_uid"] or row["volume"]].append((told, row))
    for those in studies.values():
        right = any(told is wanted for told, _ in those)
        hits = (_judged(told, one, wanted=wanted, right=right) for told, one in those)
        yield from (hit for hit in hits if hit is not None)


def _judged(told: bool | None, row: Mapping[str, Any], *, wanted: bool, right: bool) -> Hit | None:
    """What there is to say of a series; ``right`` is whether its study has one as the task wants it."""
    words = {"Contrast/Bolus Agent": row["contrast"], "Series Description": row["description"]}
    place: dict[str, Any] = {
        "seen": ", ".join(f"{name} {text!r}" for name, text in words.items() if text)
        or "no word of contrast",
        "expected": "contrast" if wanted else "no contrast",
        "where": at(row),
        "scope": "series",
    }
    if told is None:
        doubtful = wanted or agent_told(row["contrast"])
        if right or not doubtful:
            return None
        return warning(
            "the header does not tell for sure whether contrast was given, and the task depends on it",
            **place,
        )
    if told is wanted:
        return None
    what = (
        "contrast was given, and the task wants none"
        if told
        else "no contrast was given, and the task wants some"
    )
    if not right:
        return error(what, **place)
    return info(f"{what}; the study has another series", advice=_SET_APART, **place)


def examples() -> Iterator[Example]:
    """Scans with and without contrast, told by the agent and by words."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_series, together

    def ct(agent: str | None = None, words: str = "phantom", number: int = 1, **more: Any) -> Build:
        tags = {} if agent is None else {"ContrastBolusAgent": agent}
        return small_series(
            tags=tags, series_description=words, series_number=number, below=f"s{number}", **more
        )

    plain, heart = "ct-head-hemorrhage", "cta-coronary"
    yield good("a head without contrast", ct(words="Head 5.0 H31s"), task=plain)
    yield good("an empty agent", ct("", manufacturer="GE MEDICAL SYSTEMS"), task=plain)
    yield good("a heart with contrast", ct("IOMERON 400", manufacturer="SIEMENS"), task=heart)
    yield good("any will do", ct("OMNIPAQUE 350"), task="ct-lung")
    yield bad("a head with contrast", ct("OMNIPAQUE 350", manufacturer="Philips"), Severity.ERROR, task=plain)
    yield bad("as words only tell", ct(words="HEAD W/ CONTRAST"), Severity.ERROR, task=plain)
    yield bad(
        "a heart without", ct(words="CaScore 3.0 B35f", manufacturer="SIEMENS"), Severity.ERROR, task=heart
    )
    yield bad("an agent of none", ct("NONE", manufacturer="TOSHIBA"), Severity.ERROR, task=heart)
    yield bad("a heart of which nothing is told", ct(), Severity.WARNING, task=heart)
    yield bad(
        "an agent, and words against it", ct("ISOVUE", "HEAD W/O CONTRAST"), Severity.WARNING, task=plain
    )
    yield bad(
        "both in one study",
        together(ct(words="HEAD W/O"), ct("ISOVUE", "HEAD C+", 2)),
        Severity.INFO,
        task=plain,
    )
    yield near("agent: none", ct("No contrast"), task=plain)
    yield near("non-ionic is an agent", ct("non-ionic"), task=heart)
    yield near("only drunk", ct("ORAL"), task=plain)
    yield near(
        "an MR of that study",
        small_series(modality="MR", tags={"ContrastBolusAgent": "GADOVIST"}),
        task=plain,
    )
