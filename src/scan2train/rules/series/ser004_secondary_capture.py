"""Screenshots, reports, and pictures with writing in them.

What it finds
-------------
Secondary captures and dose reports, which have a role of their own; and images that would be taken, though a person
or a program made them: digitised films, pictures converted from other formats, and such as have text burned in.

Why it matters
--------------
A screenshot holds a window's choice of grey levels and not what was measured, and often a name, a side mark or an
arrow at the finding: a network learns the arrow. A dose report is a table of numbers.

What to do
----------
Look at what was not set apart before you train on it: cover what is written in the pixels, and do not mix converted
pictures with such as come from a detector.

References
----------
DICOM PS3.3 C.8.6.1 (SC Equipment, Conversion Type), C.7.6.1.1.1 (Burned In Annotation), A.8 (Secondary Capture).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scan2train.rule import Example, Hit, bad, good, info, near, warning

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


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Tell what was set apart, and what was not."""
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


def examples() -> Iterator[Example]:
    """Captures, converted films, writing, and pictures that are sound."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
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
    yield near(
        "a low-dose CT",
        small_series("RPI", series_description="LOW DOSE LUNG SCREENING", manufacturer="SIEMENS"),
    )
