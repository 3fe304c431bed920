"""Images of one series differ in what one scan has in common.

What it finds
-------------
Series whose images differ in matrix, pixel spacing, distance or thickness of slices, kernel, tube voltage, echo time,
modality, frame of reference or patient. Orientation is the matter of another rule. An error, where a single image
differs from a stack, so that the stack may have lost it.

Why it matters
--------------
Slices of a sharp and of a smooth kernel, of 1 and of 5 mm, or of two patients were put into one series by an
export, an anonymiser or a hand. A reader that does not look makes one volume of them, in which sharpness and noise
change halfway.

What to do
----------
Look at the volumes that this series was split into and keep the one that you mean. Where a single image differs,
find out where it belongs before you leave it out.

References
----------
DICOM PS3.3 C.7.3.1 (General Series): all images of a series are of one modality, made by one device in one way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.rule import Example, Hit, bad, error, good, near, warning

#: Columns of the tables in which images of a series agree unless several were mixed, and their words.
_WORDS = {
    "patient": "patient",
    "modality": "modality",
    "frame_of_reference_uid": "frame of reference",
    "rows": "matrix",
    "columns": "matrix",
    "pixel_spacing": "pixel spacing",
    "spacing_k_mm": "distance of slices",
    "thickness_mm": "thickness",
    "kernel": "kernel",
    "kvp": "tube voltage",
    "echo_time_ms": "echo time",
    "samples": "pixel type",
    "photometric": "photometric interpretation",
}
#: Words of strays that other rules have.
_OTHERS = ("mixed-orientation", "mixed-rescale")

SUSPECT = (
    pl.col("irregular").str.starts_with("mixed-")
    | (pl.col("siblings").list.len() > 0)
    | (pl.col("mixed").list.len() > 0)
)


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Look at what was split, at what differs all the same, and at strays."""
    word = row["irregular"] or ""
    if word.startswith("mixed-") and word not in _OTHERS:
        name = word.removeprefix("mixed-").replace("-", "_")
        yield error(
            "single images differ from the others of their series in what a scan has in common",
            seen=_WORDS.get(name, name.replace("_", " ")),
            expected="one value in all images of the series",
            scope="series",
        )
    elif row["role"] == "volume":
        split = (row["split_by"] or "").split("+") if "volume" in (row["siblings"] or ()) else ()
        words = dict.fromkeys(_WORDS[name] for name in (*split, *(row["mixed"] or ())) if name in _WORDS)
        # What tells phases apart that were meant to differ is no fault: several echoes, several energies.
        told = {_WORDS[name] for name in split if name in ("kvp", "echo_time_ms")}
        if set(words) - told:
            yield warning(
                "images of one series differ in what a scan has in common",
                seen=", ".join(name for name in words if name not in told),
                expected="one value in all images of the series",
                scope="series",
            )


def examples() -> Iterator[Example]:
    """Mixtures that split, such as do not, and differences that are none."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_several import several

    half = {"SliceThickness": "5"}
    yield good("one scan", small_series(turned_deg=15))
    yield good(
        "two kernels in two series",
        together(small_series(), small_series(below="b", series_number=2, kernel="BONE")),
    )
    yield good("two echoes", several({"EchoTime": "4.6"}, {"EchoTime": "9.2"}, modality="MR"))
    yield good("a chest and its side view", several({}, {}, modality="DX", shapes=((13, 11, 1), (9, 12, 1))))
    unnamed = {"SeriesInstanceUID": None, "StudyInstanceUID": None}
    yield good(
        "two scans in two folders, without any UIDs of series and study",
        together(
            small_series(tags=unnamed),
            small_series(tags=unnamed, patient="OTHER", seed=1, kernel="BONE", below="other"),
        ),
    )
    yield bad(
        "a smooth and a sharp kernel",
        several({"ConvolutionKernel": "STANDARD"}, {"ConvolutionKernel": "BONE"}),
        Severity.WARNING,
    )
    yield bad(
        "two matrices, coronal",
        several({}, {}, shapes=((13, 11, 8), (9, 12, 7)), orientation="LIP"),
        Severity.WARNING,
    )
    yield bad(
        "thickness changes halfway", small_series(tags=lambda k: half if k > 4 else None), Severity.WARNING
    )
    yield bad(
        "thin and thick in one series",
        several(
            {"AcquisitionNumber": 1},
            {"AcquisitionNumber": 2, **half},
            spacings=((1.3, 1.7, 2.5), (1.3, 1.7, 5.0)),
        ),
        Severity.WARNING,
    )
    yield bad(
        "one image of another matrix", several({}, {}, shapes=((13, 11, 8), (9, 12, 1))), Severity.ERROR
    )
    yield near(
        "thickness rounded otherwise",
        small_series("RPI", tags=lambda k: {"SliceThickness": "2.49" if k % 2 else "2.5"}),
    )
    yield near(
        "signed and unsigned are the matter of PIX004",
        small_series(tags=lambda k: {"PixelRepresentation": int(k < 4)}),
    )
    yield near("another direction is the matter of GEO002", several({}, {}, orientations=("LPS", "PIR")))
