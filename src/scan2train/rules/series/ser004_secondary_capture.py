"""Screenshots, reports, and pictures with writing in them.

What it finds
-------------
Secondary captures and dose reports, which have a role of their own; and images that would be taken, though a person
or a program made them: digitised films, pictures converted from other formats, and such as have text burned in. That
there is text the header says, or, where pixels are looked at, the picture: rows of small letters of one even value, on
films, ultrasound, captures and plain pictures. No letter is read.

Why it matters
--------------
A screenshot holds a window's choice of grey levels and not what was measured, and often a name, a side mark or an
arrow at the finding: a network learns the arrow. A dose report is a table of numbers.

What to do
----------
Look at what was not set apart before you train on it: cover what is written in the pixels, and do not mix converted
pictures with such as come from a detector.

A single letter of lead that marks the side is no writing in this sense; three or four letters in a row may be such a
mark, and are told as information.

References
----------
DICOM PS3.3 C.8.6.1 (SC Equipment, Conversion Type), C.7.6.1.1.1 (Burned In Annotation), A.8 (Secondary Capture).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from scan2train.knowledge.sop_classes import FILMS
from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.rule.suspects import role
from scan2train.volume import Volume

if TYPE_CHECKING:
    from scan2train.measures.writing import Line

_MESSAGE = "a screenshot, a report or another picture that no scanner measured; it was set apart"
_REPORT = re.compile(
    r"\b(dose[ _]?(report|info|summary)|patient[ _]protocol|screen[ _]?(save|shot|capture))\b", re.IGNORECASE
)
#: Conversion Type: what stood between the patient and the picture.
_CONVERTED = {
    "DV": "digitised video",
    "DI": "a digital interface",
    "DF": "digitised film",
    "WSD": "a workstation",
    "SD": "a scanned document",
    "SI": "a scanned image",
    "DRW": "a drawing",
    "SYN": "synthetic",
}

#: Modalities of films and of other pictures into which devices write.
_WRITTEN_ON = (*FILMS, "US", "IVUS", "ES", "OT", "SC", "XC", "GM", "SM", "OP")
#: A line of so many glyphs is no mark of a side or a view; nor are two lines of so many.
_TEXT, _TWO_LINES = 5, 4

SUSPECT = (
    role("capture")
    | (pl.col("burned_in") == "YES").fill_null(value=False)
    | pl.col("conversion_type").is_not_null()
    | pl.col("description").str.contains(r"(?i)report|info|summary|protocol|screen").fill_null(value=False)
)


def check(row: Mapping[str, Any], volume: Volume | None = None) -> Iterator[Hit]:
    """Tell what was set apart, and what was not; of pixels, what is written in them."""
    if volume is not None:
        yield from _writing(row, volume)
        return
    if row["role"] == "capture":
        yield info(_MESSAGE, seen=row["image_type"] or "", scope="series")
    elif "capture" in (row["siblings"] or ()):
        yield info(_MESSAGE, scope="series", affects=0)
    elif row["role"] not in ("volume", "picture", "derived"):
        return
    if row["role"] == "capture":
        return
    if row["burned_in"] == "YES":
        yield warning(
            "there is writing in the pixels", seen="Burned In Annotation YES", expected="NO", scope="series"
        )
    if row["conversion_type"]:
        word = row["conversion_type"].strip().upper()
        yield warning(
            "the picture was converted from something else and comes from no detector",
            seen=f"Conversion Type {_CONVERTED.get(word, 'that is not known')}",
            expected="none",
            scope="series",
        )
    if row["description"] and _REPORT.search(row["description"]):
        yield warning(
            "the series is called a report or a screenshot, and its images are no captures",
            seen="the Series Description",
            expected="a Secondary Capture",
            scope="series",
        )


def _writing(row: Mapping[str, Any], volume: Volume) -> Iterator[Hit]:
    """Look for writing where a header does not own to it; a capture that says nothing was set apart anyway."""
    denied = row["burned_in"] == "NO"
    picture = row["role"] == "picture" or (
        row["modality"] in _WRITTEN_ON and row["role"] in ("volume", "derived")
    )
    if row["burned_in"] == "YES" or not (picture or (denied and row["role"] == "capture")):
        return
    lines = _most_lines(volume, lossy=bool(row["lossy"]) or row["format"] == "jpeg")
    if not lines:
        return
    two = len([line for line in lines if line.glyphs >= _TWO_LINES]) > 1
    said = "NO" if denied else "nothing"
    first = lines[0]
    severity = warning if first.glyphs >= _TEXT or two else info
    what = (
        "there is writing in the pixels"
        if severity is warning
        else "there is a mark of letters in the pixels"
    )
    yield severity(
        f"{what}, and the header does not say so",
        seen=f"{len(lines)} lines, the longest of {first.glyphs} letters at column {first.left}, row {first.top}; "
        f"Burned In Annotation says {said}",
        expected="Burned In Annotation YES, or a picture without text",
    )


def _most_lines(volume: Volume, *, lossy: bool) -> list[Line]:
    """Of the first and the middle frame, the lines of the one that has more."""
    frames = {0, volume.array.shape[2] // 2}
    from scan2train.measures.writing import lines_of_writing

    found = [lines_of_writing(volume.array[:, :, k].swapaxes(0, 1), lossy=lossy) for k in sorted(frames)]
    return max(found, key=len)


def examples() -> Iterator[Example]:
    """Captures, converted films, writing, and pictures that are sound."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_films import small_chest_film, small_mammogram
    from scan2train.testing.small_several import several

    capture = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "ConversionType": "WSD"}
    page: dict[str, Any] = {"shape": (13, 11, 1), "below": "b", "series_number": 2}
    yield good("a CT", small_series())
    yield good(
        "a film from a detector",
        small_series(modality="DX", shape=(13, 11, 1), tags={"BurnedInAnnotation": "NO"}),
    )
    yield bad(
        "a dose report beside a CT",
        together(
            small_series(),
            small_series(
                tags=capture, series_description="Dose Report", manufacturer="GE MEDICAL SYSTEMS", **page
            ),
        ),
        Severity.INFO,
    )
    yield bad(
        "a screenshot among the slices",
        several({}, capture, shapes=((13, 11, 8), (13, 11, 1))),
        Severity.INFO,
    )
    yield bad(
        "a CT with writing in it, sagittal",
        small_series("PIR", tags={"BurnedInAnnotation": "YES"}),
        Severity.WARNING,
    )
    yield bad(
        "a film that was digitised",
        small_series(modality="CR", shape=(13, 11, 1), tags={"ConversionType": "DF"}),
        Severity.WARNING,
    )
    yield bad(
        "a mammogram with writing in it",
        small_series(modality="MG", shape=(13, 11, 1), tags={"BurnedInAnnotation": "YES"}),
        Severity.WARNING,
    )
    yield bad(
        "CT slices that are called a dose report",
        small_series(series_description="DOSE_INFO"),
        Severity.WARNING,
    )
    yield bad("a film with a name in it", small_chest_film("DOE^JANE 1961"), Severity.WARNING)
    yield bad(
        "a film that denies its writing, dark on bright",
        small_chest_film("PORTABLE AP", value=0, tags={"BurnedInAnnotation": "NO"}),
        Severity.WARNING,
    )
    yield bad(
        "a mammogram with a date in it",
        small_mammogram("R", "CC", text="22-11-2019", manufacturer="SIEMENS"),
        Severity.WARNING,
    )
    yield near("a film with its side marked", small_chest_film("R", size=3))
    yield near("a film with side and view marked", small_chest_film("RMLO", size=1), Severity.INFO)
    yield near("a film without writing", small_chest_film())
    yield near(
        "a low-dose CT",
        small_series("RPI", series_description="LOW DOSE LUNG SCREENING", manufacturer="SIEMENS"),
    )
