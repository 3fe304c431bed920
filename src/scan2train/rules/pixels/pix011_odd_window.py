"""The window is not simply one linear window for the whole image.

What it finds
-------------
Several windows for one slice; a width below 1; a VOI LUT Function other than LINEAR; a VOI LUT in place of a window or
beside it; and windows that differ from slice to slice of a volume, of which the first of each slice are compared.

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

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

import polars as pl

from scan2train.knowledge.tolerances import PIX011_WIDTH_LEAST
from scan2train.rule import Example, Hit, bad, good, info, near, warning

FACTS = {
    "windows": pl.concat_str(
        pl.col("window_center").fill_null(""), pl.col("window_width").fill_null(""), separator="|"
    ).unique(),
    "functions": pl.col("window_function").drop_nulls().unique(),
    "voi_lut": pl.col("voi_lut").any(),
}

#: Defined terms of VOI LUT Function (PS3.3 C.11.2.1.3); another word may say anything, and is not shown.
_KNOWN = ("LINEAR", "LINEAR_EXACT", "SIGMOID")

_WINDOWS, _FUNCTIONS = pl.col("windows"), pl.col("functions")
_WIDTH = _WINDOWS.list.first().str.split("|").list.last().str.strip_chars()
SUSPECT = (
    (_WINDOWS.list.len() > 1)
    | (_FUNCTIONS.list.len() > 1)
    | _WINDOWS.list.first().str.contains(r"\\").fill_null(value=False)
    | (_WIDTH.cast(pl.Float64, strict=False) < PIX011_WIDTH_LEAST).fill_null(_WIDTH != "")
    | (_FUNCTIONS.list.first() != "LINEAR").fill_null(value=False)
    | pl.col("voi_lut")
)


def check(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Hit]:
    """Look at the distinct words of all slices: most volumes have one of each."""
    if (row["samples"] or 1) > 1 or row["photometric"] == "PALETTE COLOR":
        return
    windows = sorted({_window(text) for text in facts["windows"]})
    functions = sorted({text.strip().upper() for text in facts["functions"]} - {""})
    firsts = sorted({(centers[0], widths[0]) for centers, widths in windows if centers and widths})
    if len(firsts) > 1 or len(functions) > 1:
        yield warning(
            "windows differ from slice to slice",
            seen=", ".join([*_ranges(firsts), *_named(functions)]),
            expected="one window in a volume",
        )
    elif any(len(set(numbers)) > 1 for window in windows for numbers in window):
        yield info(
            "several windows for one slice",
            seen="; ".join(" / ".join(_said(numbers) for numbers in window) for window in windows),
            expected="one",
        )
    narrow = min((n for _, widths in windows for n in widths), default=PIX011_WIDTH_LEAST)
    if narrow < PIX011_WIDTH_LEAST:
        yield info("a Window Width below 1", seen=f"{narrow:g}", expected="1 or more")
    if set(functions) - {"LINEAR"}:
        yield info("a window that is not LINEAR", seen=", ".join(_named(functions)), expected="LINEAR")
    if facts["voi_lut"]:
        yield info("a VOI LUT, which readers prefer to the window or do not know", seen="VOI LUT Sequence")


def _window(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Centers and widths of the windows of one slice."""
    centers, _, widths = text.rpartition("|")
    return _numbers(centers), _numbers(widths)


def _numbers(text: str) -> tuple[float, ...]:
    """The numbers of a cell; one that is none is left out: it windows nothing."""
    found = []
    for word in text.split("\\"):
        try:
            number = float(word)
        except ValueError:
            continue
        if isfinite(number):
            found.append(number)
    return tuple(found)


def _said(numbers: tuple[float, ...]) -> str:
    return "\\".join(f"{n:g}" for n in numbers)


def _ranges(firsts: Sequence[tuple[float, float]]) -> Iterator[str]:
    for name, numbers in zip(("center", "width"), zip(*firsts, strict=True), strict=False):
        low, high = min(numbers), max(numbers)
        yield f"{name} {low:g}" if low == high else f"{name} {low:g} to {high:g}"


def _named(functions: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(one if one in _KNOWN else "another word" for one in functions))


def examples() -> Iterator[Example]:
    """One linear window, and everything else."""
    from scan2train.finding import Severity
    from scan2train.testing.dicom_enhanced import frame_window
    from scan2train.testing.small import modality_lut, small_series
    from scan2train.testing.small_objects import small_enhanced, small_film

    two = {"WindowCenter": ["40", "-600"], "WindowWidth": ["400", "1500"]}
    yield good("CT with one window", small_series())
    yield good("a LINEAR window of a film", small_film(tags={"VOILUTFunction": "LINEAR"}))
    yield good("enhanced CT with one window", small_enhanced(shared_tags=frame_window(40, 400)))
    yield bad(
        "enhanced MR with a window a frame",
        small_enhanced(modality="MR", frame_tags=lambda k: frame_window(350 + k, 700)),
        Severity.WARNING,
    )
    yield bad(
        "a SIGMOID window that all frames share",
        small_enhanced("PIR", shared_tags=frame_window(40, 400, "SIGMOID")),
        Severity.INFO,
    )
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
    yield near(
        "a second window on one slice, after the one that all have",
        small_series(tags=lambda k: two if k == 2 else {"WindowCenter": "40", "WindowWidth": "400"}),
        Severity.INFO,
    )
    yield bad(
        "the windows of one slice in another order",
        small_series(tags=lambda k: {name: those[:: -1 if k == 2 else 1] for name, those in two.items()}),
        Severity.WARNING,
    )
    yield near(
        "one slice without a window is the matter of PIX010",
        small_series(tags=lambda k: {"WindowCenter": None, "WindowWidth": None} if k == 2 else {}),
    )
    yield near("a width of 1", small_series(modality="PT", tags={"WindowWidth": "1"}))
    yield near("a width of 0.9", small_series(modality="PT", tags={"WindowWidth": "0.9"}), Severity.INFO)
