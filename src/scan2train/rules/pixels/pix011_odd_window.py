"""The window is not simply one linear window for the whole image.

What it finds
-------------
Several windows for one slice; a width below 1; a VOI LUT Function other than LINEAR; a VOI LUT in place of a window or
beside it; and windows that differ from slice to slice of a volume.

Why it matters
--------------
A recipe that windows by the header gets another picture from each reader: some take the first window, some the last,
some the table; few know SIGMOID. Where windows differ within a volume, windowing slice by slice makes the same tissue
grey here and white there, and the network learns the scanner's guess of a good contrast.

What to do
----------
Do not window by the header: name one window in the recipe, in the unit of the values. The values themselves are not
concerned.

References
----------
DICOM PS3.3 C.11.2.1.2 (Window Center and Width), C.11.2.1.3 (VOI LUT Function), C.11.2.1.1 (VOI LUT).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.tolerances import PIX011_WIDTH_LEAST
from scan2train.rule import Example, Hit, bad, good, info, near, warning

FACTS = {
    "centers": pl.col("window_center").drop_nulls().unique(),
    "widths": pl.col("window_width").drop_nulls().unique(),
    "functions": pl.col("window_function").drop_nulls().unique(),
    "voi_lut": pl.col("voi_lut").any(),
}


def check(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Hit]:
    """Look at the distinct words of all slices: most volumes have one of each."""
    if (row["samples"] or 1) > 1 or row["photometric"] == "PALETTE COLOR":
        return
    centers, widths = ({_numbers(text) for text in facts[name]} for name in ("centers", "widths"))
    functions = sorted({text.strip().upper() for text in facts["functions"]} - {""})
    if len(centers) > 1 or len(widths) > 1 or len(functions) > 1:
        yield warning(
            "windows differ from slice to slice",
            seen=", ".join([_range("center", centers), _range("width", widths), *functions]),
            expected="one window in a volume",
        )
    elif any(len(set(one)) > 1 for one in (*centers, *widths)):
        yield info(
            "several windows for one slice",
            seen=" / ".join("\\".join(f"{n:g}" for n in one) for one in (*centers, *widths)),
            expected="one",
        )
    narrow = min((n for one in widths for n in one), default=PIX011_WIDTH_LEAST)
    if narrow < PIX011_WIDTH_LEAST:
        yield info("a Window Width below 1", seen=f"{narrow:g}", expected="1 or more")
    if set(functions) - {"LINEAR"}:
        yield info("a window that is not LINEAR", seen=", ".join(functions), expected="LINEAR")
    if facts["voi_lut"]:
        yield info("a VOI LUT, which readers prefer to the window or do not know", seen="VOI LUT Sequence")


def _numbers(text: str) -> tuple[float, ...]:
    """The numbers of a cell; one that is none is left out: it windows nothing."""
    found = []
    for word in text.split("\\"):
        try:
            found.append(float(word))
        except ValueError:
            continue
    return tuple(found)


def _range(name: str, found: set[tuple[float, ...]]) -> str:
    every = [n for one in found for n in one]
    if not every:
        return f"no {name}"
    low, high = min(every), max(every)
    return f"{name} {low:g}" if low == high else f"{name} {low:g} to {high:g}"


def examples() -> Iterator[Example]:
    """One linear window, and everything else."""
    from scan2train.finding import Severity
    from scan2train.testing.small import modality_lut, small_film, small_series

    two = {"WindowCenter": ["40", "-600"], "WindowWidth": ["400", "1500"]}
    yield good("CT with one window", small_series())
    yield good("a LINEAR window of a film", small_film(tags={"VOILUTFunction": "LINEAR"}))
    yield good("no window at all", small_series("PIR", tags={"WindowCenter": None, "WindowWidth": None}))
    yield bad("CT with two windows", small_series(manufacturer="SIEMENS", tags=two), Severity.INFO)
    yield bad(
        "a SIGMOID window",
        small_film("MG", manufacturer="HOLOGIC, Inc.", tags={"VOILUTFunction": "SIGMOID"}),
        Severity.INFO,
    )
    yield bad(
        "a VOI LUT beside the window", small_film("CR", tags=modality_lut("VOILUTSequence")), Severity.INFO
    )
    yield bad(
        "MR with a window a slice, oblique",
        small_series("RPI", modality="MR", turned_deg=20, tags=lambda k: {"WindowCenter": str(300 + k)}),
        Severity.WARNING,
    )
    yield bad(
        "CT with two functions",
        small_series(tags=lambda k: {"VOILUTFunction": "SIGMOID" if k == 2 else "LINEAR"}),
        Severity.WARNING,
    )
    yield near(
        "the same window twice",
        small_series(tags={"WindowCenter": ["40", "40"], "WindowWidth": ["400", "400"]}),
    )
    yield near(
        "one number written in two ways",
        small_series(tags=lambda k: {"WindowCenter": "40" if k % 2 else "40.00"}),
    )
    yield near("a width of 1", small_series(modality="PT", tags={"WindowWidth": "1"}))
    yield near("a width of 0.9", small_series(modality="PT", tags={"WindowWidth": "0.9"}), Severity.INFO)
