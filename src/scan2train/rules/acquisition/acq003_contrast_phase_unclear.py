"""It is not clear when after the injection of a contrast agent a CT was taken, or whether one was given at all.

What it finds
-------------
CT volumes that were given an agent into the veins and do not say in which phase they were taken: neither in words of
the description, nor by the time from the injection to the scan. And contradictions: between words and time, between
words and the attribute Contrast/Bolus Agent; where pixels are looked at, between both and how bright the heart, the
large vessels and the kidneys are.

Why it matters
--------------
An agent passes the arteries within half a minute, liver and veins within one or two, the urinary tract after five. The
same liver has 60 HU before, 110 HU in the portal-venous phase, and something between in all others; a tumour may be
bright in one phase, dark in the next, and gone in the third. Mixed phases teach a network the clock.

What to do
----------
Take series of one phase: --where "phase == 'portal-venous'". Where the phase is not told, look: bright aorta and dark
veins are arterial, equal ones are portal-venous, bright ureters are late.

Where words and attributes disagree, believe the picture: an agent that is not there was planned, and the attribute was
filled for all series of the protocol.

References
----------
DICOM PS3.3 C.7.6.4 (Contrast/Bolus: agent, route and start time, type 3 or 2). Delays of phases are typical and not
normative.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from scan2train.knowledge.contrast_words import agent_given, may_be, phases_of_words, swallowed
from scan2train.knowledge.tolerances import ACQ003_EARLIEST_S, ACQ003_LATEST_S
from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.volume import Volume

_TOLD = ("contrast", "contrast_delay_s", "description")
SUSPECT = (
    (pl.col("modality") == "CT")
    & (pl.col("role") == "volume")
    & pl.any_horizontal(pl.col(name).is_not_null() for name in _TOLD)
)
#: What a description says that speaks of agent, and of a phase in which blood is bright for certain.
_BRIGHT = ("arterial", "portal-venous")


def check(row: Mapping[str, Any], volume: Volume | None = None) -> Iterator[Hit]:
    """Compare agent, words and times; and with the picture what they come to."""
    if row["modality"] != "CT" or row["role"] != "volume":
        return
    said = phases_of_words(row["description"] or "")
    given = agent_given(row["contrast"] or "", row["contrast_route"] or "")
    if volume is None:
        yield from _of_header(row, said, given)
    else:
        yield from _of_picture(row, said, given, volume)


def _of_header(row: Mapping[str, Any], said: tuple[str, ...], given: bool | None) -> Iterator[Hit]:
    words, agent = f"description {row['description']}", f"agent {row['contrast']}"
    phases = [name for name in said if name != "given"]
    if given is False and said and "non-contrast" not in said:
        yield warning(
            "the description speaks of contrast agent, and the header of none", seen=f"{words}; {agent}"
        )
        return
    delay = row["contrast_delay_s"] if given is not False else None
    if given and phases == ["non-contrast"] and not (delay is not None and delay < ACQ003_EARLIEST_S):
        yield warning(
            "the description speaks of no contrast agent, and the header of one", seen=f"{words}; {agent}"
        )
        return
    if delay is not None and phases != ["non-contrast"]:
        seen = f"{delay:g} s from the start of the injection to the scan"
        if (given or said) and not ACQ003_EARLIEST_S <= delay <= ACQ003_LATEST_S:
            yield warning(
                "the injection began at a time that cannot be",
                seen=seen,
                expected="seconds to minutes before",
            )
            return
        if len(phases) == 1 and not may_be(phases[0], delay):
            yield warning("words and times tell of different contrast phases", seen=f"{words}; {seen}")
            return
    if (given or said) and not row["phase"]:
        yield info(
            "contrast agent was given, and nothing tells the phase"
            if len(phases) < 2
            else "the description tells of several contrast phases",
            seen=f"{agent if given else words}",
            expected="words for one phase, or Contrast/Bolus Start Time",
            scope="series",
        )


def _of_picture(
    row: Mapping[str, Any], said: tuple[str, ...], given: bool | None, volume: Volume
) -> Iterator[Hit]:
    without = said == ("non-contrast",) or (given is False and not said) or (row["phase"] == "non-contrast")
    bright = "non-contrast" not in said and (
        row["phase"] in _BRIGHT or (given and not row["phase"]) or "given" in said
    )
    from scan2train.measures.enhancement import BRIGHT_HU, enhancement

    found = enhancement(volume)
    if found.seen and swallowed(row["contrast"] or "", row["contrast_route"] or ""):
        return
    if found.seen and not bright and row["phase"] != "delayed":
        seen = f"{found.volume_ml:.0f} ml of {found.bright_hu:.0f} HU"
        if without:
            yield warning(
                "the header speaks of no contrast agent, and vessels or organs are bright with it",
                seen=seen,
                expected=f"blood below {BRIGHT_HU:g} HU",
            )
        elif not said and given is None:
            yield info(
                "vessels or organs are bright with contrast agent, of which the header says nothing",
                seen=seen,
                expected="Contrast/Bolus Agent, or words for a phase",
            )
    elif found.seen is False and bright and not without:
        yield warning(
            "the header speaks of contrast agent, and neither vessels nor organs are bright",
            seen=f"phase {row['phase'] or 'not told'}, agent {row['contrast'] or 'not told'}",
            expected=f"blood above {BRIGHT_HU:g} HU",
        )


def examples() -> Iterator[Example]:
    """Agents, words, times and pictures that agree, and that do not."""
    from scan2train.finding import Severity
    from scan2train.testing.of_volume import series_of
    from scan2train.testing.phantoms import chest_ct
    from scan2train.testing.small import Build, small_series

    def ct(
        agent: str | None, words: str, delay_s: float | None = None, orientation: str = "LPS", **more: Any
    ) -> Build:
        """A series that was scanned at noon; ``delay_s`` after the start of an injection."""
        start = 12 * 3600 - (delay_s or 0)
        clock = f"{int(start // 3600):02d}{int(start // 60 % 60):02d}{start % 60:06.3f}"
        tags: dict[str, Any] = {"AcquisitionTime": "120000"}
        tags |= {} if agent is None else {"ContrastBolusAgent": agent}
        tags |= {} if delay_s is None else {"ContrastBolusStartTime": clock}
        return small_series(
            orientation, series_description=words, tags={**tags, **more.pop("tags", {})}, **more
        )

    def chest(agent: str | None, words: str, blood_hu: float | None, orientation: str = "LPS") -> Build:
        """The middle of a chest, whose blood has so many HU, in thick slices."""
        shape, spacing = {"LPS": ((88, 72, 20), (4.1, 3.9, 6.4)), "PIR": ((72, 20, 50), (3.9, 6.4, 7.2))}[
            orientation
        ]
        tags = {} if agent is None else {"ContrastBolusAgent": agent}

        def build(folder: Path) -> object:
            volume, _ = chest_ct(
                shape, spacing, orientation=orientation, blood_hu=blood_hu, lesion_centre_mm=None
            )
            return series_of(volume, "chest", series_description=words, tags=tags)(folder)

        return build

    yield good("no word of it", ct(None, "Thorax"))
    yield good("nativ", ct("NONE", "Abdomen nativ"))
    yield good("portal-venous by words and times", ct("Ultravist 300", "Abdomen portalvenös", 72, "PIR"))
    yield good("by times alone", ct("OMNIPAQUE 350", "Abdomen 5 mm", 33, manufacturer="GE MEDICAL SYSTEMS"))
    yield good("MR", ct("Gadovist", "T1", modality="MR"))
    yield good("a chest with bright blood, sagittal", chest("Imeron", "Thorax arteriell", 290, "PIR"))
    yield good("a chest without", chest(None, "Thorax nativ", None))
    yield bad("given, and no phase", ct("Visipaque 320", "Abdomen", manufacturer="Philips"), Severity.INFO)
    yield bad("a phase and no agent", ct("NONE", "Abdomen fase venosa", orientation="PIR"), Severity.WARNING)
    yield bad("an agent and the word native", ct("Iopamidol", "CT sans injection"), Severity.WARNING)
    yield bad("arterial after four minutes", ct("CE", "temps artériel", 240, turned_deg=20), Severity.WARNING)
    yield bad("an injection after the scan", ct("Ultravist", "Abdomen", -300), Severity.WARNING)
    yield bad("native by words, bright by picture", chest(None, "Thorax w/o contrast", 260), Severity.WARNING)
    yield bad(
        "arterial by words, dark by picture, sagittal", chest(None, "CTA", None, "PIR"), Severity.WARNING
    )
    yield bad("bright, and no word of it", chest(None, "Thorax", 200), Severity.INFO)
    yield near(
        "an agent that was swallowed", ct("GASTROGRAFIN", "Abdomen", tags={"ContrastBolusRoute": "ORAL"})
    )
    yield near("native scan of a protocol that injects later", ct("Ultravist", "Leber nativ", -300))
    yield near("portal-venous after 95 s", ct("Ultravist", "Leber venös", 95))
    yield near("blood that is neither", chest(None, "Thorax", 105))
