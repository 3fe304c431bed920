"""The spacing of a radiograph is not simply that of the picture's pixels.

What it finds
-------------
Projection radiographs (CR, DX, MG, XA, RF and the like) whose only spacing is that of the detector or of a scanned
film, or whose Pixel Spacing differs from Imager Pixel Spacing; and ultrasound whose spacing is that of its region. It
says which was used.

Why it matters
--------------
X-rays spread: a heart that lies 20 cm before the detector is shown a tenth or more too large. Imager Pixel Spacing
counts in the plane of the detector, Pixel Spacing may have been calibrated for the depth of the anatomy. Sizes measured
with one are not comparable with sizes measured with the other.

What to do
----------
Do not compare or learn sizes in mm across films whose spacing comes from different sources; the column spacing_source
of the volumes table tells them apart. For a classifier that sees pixels only, nothing has to be done.

Pixel Spacing is preferred where both are there: if they are equal nothing was calibrated, if they differ it is the
calibrated one. Imager Pixel Spacing alone is divided by the magnification factor where the header has one.

References
----------
DICOM PS3.3 10.7.1.1 (Pixel Spacing Values Calibration), 10.7.1.2; Estimated Radiographic Magnification Factor
(0018,1114), Nominal Scanned Pixel Spacing (0018,2010); C.8.5.5 (US Region Calibration).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.sop_classes import FILMS
from scan2train.knowledge.tolerances import GEO009_SAME_PART
from scan2train.rule import Example, Hit, bad, good, info, near

#: Defined terms of Pixel Spacing Calibration Type (PS3.3 10.7.1.1).
_CALIBRATIONS = ("GEOMETRY", "FIDUCIAL")

#: Where the spacing of ultrasound comes from.
_REGIONS = "SequenceOfUltrasoundRegions"

SUSPECT = (pl.col("modality").is_in(FILMS) & (pl.col("spacing_source") != "")) | (
    pl.col("spacing_source") == _REGIONS
)


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Compare the spacing that was used with that of the detector."""
    source = row["spacing_source"]
    if source == _REGIONS:
        yield info(
            "the spacing is that of the ultrasound region which covers the picture; there is no Pixel Spacing",
            seen=f"Physical Delta {_mm((row['spacing_j_mm'], row['spacing_i_mm']))}",
            expected="Pixel Spacing, or one region of tissue in cm",
        )
        return
    if row["modality"] not in FILMS or not row["physical"] or not source:
        return
    used = (row["spacing_j_mm"], row["spacing_i_mm"])
    imager = (row["imager_row_spacing_mm"], row["imager_col_spacing_mm"])
    detector = imager if all(imager) and min(imager) > 0 else None
    if source == "PixelSpacing":
        if detector is None or _same(used, detector):
            return
        yield info(
            "Pixel Spacing differs from Imager Pixel Spacing; Pixel Spacing was used, as the calibrated one",
            seen=f"Pixel Spacing {_mm(used)}, Imager Pixel Spacing {_mm(detector)}: a magnification of "
            f"{detector[0] / used[0]:.4g}" + _calibration(row["spacing_calibration"]),
            expected="equal values where nothing was calibrated",
        )
    elif source == "NominalScannedPixelSpacing":
        yield info(
            "the spacing is that of a scanned film; the anatomy on it is magnified by an unknown factor",
            seen=f"Nominal Scanned Pixel Spacing {_mm(used)}",
            expected="Pixel Spacing, calibrated for the anatomy",
        )
    elif detector is not None and source != "ImagerPixelSpacing":
        yield info(
            "only Imager Pixel Spacing is there; it was divided by the magnification factor",
            seen=f"Imager Pixel Spacing {_mm(detector)}, magnification {row['magnification']:.4g}: "
            f"{_mm(used)} was used",
            expected="Pixel Spacing, calibrated for the anatomy",
        )
    else:
        yield info(
            "only Imager Pixel Spacing is there, of the detector; the anatomy is magnified by an unknown factor",
            seen=f"Imager Pixel Spacing {_mm(used)}",
            expected="Pixel Spacing, calibrated for the anatomy",
        )


def _calibration(word: str | None) -> str:
    """What calibrated the spacing; a word that the standard does not know may say anything, and is not shown."""
    if not word:
        return ""
    return f", calibrated by {word if word in _CALIBRATIONS else 'another word'}"


def _same(used: tuple[float, float], detector: tuple[float, float]) -> bool:
    return all(abs(a - b) <= GEO009_SAME_PART * b for a, b in zip(used, detector, strict=True))


def _mm(spacing: tuple[float, float]) -> str:
    return f"{spacing[0]:.4g} × {spacing[1]:.4g} mm"


def examples() -> Iterator[Example]:
    """Films with every kind of spacing."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series
    from scan2train.testing.small_objects import small_clip, small_film, ultrasound_region

    yield good(
        "an uncalibrated film: both spacings are equal",
        small_film("DX", pixel=(0.143, 0.139), imager=(0.143, 0.139)),
    )
    yield good("a film with Pixel Spacing alone", small_film("CR", pixel=(0.2, 0.19), imager=None))
    yield good("a film without any spacing is GEO001's", small_film("CR", imager=None))
    yield good("a CT, which has no detector plane", small_series())
    yield bad(
        "a calibrated film",
        small_film(
            "DX",
            pixel=(0.13, 0.127),
            imager=(0.143, 0.1397),
            manufacturer="SIEMENS",
            tags={"PixelSpacingCalibrationType": "GEOMETRY"},
        ),
        Severity.INFO,
    )
    yield bad(
        "a chest film with the detector's spacing only",
        small_film("CR", imager=(0.143, 0.139), manufacturer="FUJIFILM"),
        Severity.INFO,
    )
    yield bad(
        "a mammogram with a magnification",
        small_film(
            "MG",
            imager=(0.07, 0.068),
            manufacturer="HOLOGIC, Inc.",
            tags={"EstimatedRadiographicMagnificationFactor": "1.8"},
        ),
        Severity.INFO,
    )
    yield bad(
        "a scanned film",
        small_film("CR", imager=None, tags={"NominalScannedPixelSpacing": ["0.0423", "0.0421"]}),
        Severity.INFO,
    )
    yield bad(
        "ultrasound whose one region is the whole picture",
        small_clip(1, tags=ultrasound_region((0.031, 0.047))),
        Severity.INFO,
    )
    yield near(
        "ultrasound whose region is a part of the picture",
        small_clip(1, tags=ultrasound_region((0.031, 0.047), box=(1, 0, 12, 10))),
    )
    yield near("equal but for rounding", small_film("DX", pixel=(0.143, 0.139), imager=(0.1431, 0.1391)))
    yield near(
        "half a percent apart", small_film("DX", pixel=(0.2, 0.19), imager=(0.201, 0.19095)), Severity.INFO
    )
