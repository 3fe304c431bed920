"""Slices are thicker or thinner than the distance between them.

What it finds
-------------
Slice Thickness that is not the distance between slices: they overlap, or leave gaps that nothing was measured in. And
a Spacing Between Slices that contradicts the positions. The distance is that of the positions along the normal, which
alone can be relied on.

Why it matters
--------------
Tools that take Slice Thickness or Spacing Between Slices for the distance stretch or squeeze the anatomy: volumes in
ml, radiomics and every convolution along that axis are wrong by the ratio. Gaps hide small lesions; in overlapping
slices neighbours are not independent.

What to do
----------
Nothing has to be mended here: the positions were used. Compare volumes only with others of like thickness, and do not
pass these files to tools that read the thickness as the spacing.

On MR gaps are routine. On CT, a gap of more than a tenth of the thickness usually means that slices were left out
when the series was exported.

References
----------
DICOM PS3.3 C.7.6.2.1.1 (Image Position), C.8.15.3.3, 10.1.1; Slice Thickness (0018,0050) is nominal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import cos, radians
from typing import Any

import polars as pl

from scan2train.knowledge.tolerances import GEO008_GAP_INFO, GEO008_GAP_WARNING, GEO008_SPACING_PART
from scan2train.measures.gaps import gaps_between
from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.rule.slices import IMAGES
from scan2train.rule.suspects import uneven

#: Two numbers of a header that differ by less are one.
_ROUNDING = 1e-3
_STEP = pl.col("spacing_k_mm")
_SAID = pl.any_horizontal(
    ((pl.col(name).abs() - _STEP).abs() > _ROUNDING * _STEP).fill_null(value=False)
    for name in ("thickness_mm", "spacing_between_slices_mm")
)
SUSPECT = (pl.col("n_slices") > 1) & (_SAID | (pl.col("tilt_deg") > 0) | uneven())


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Compare what the header says with the positions."""
    gaps = gaps_between(row["member_position_mm"] or ()) if row["physical"] else None
    if gaps is None or gaps.usual <= 0 or row["role"] not in IMAGES:
        return
    gap = gaps.usual
    thickness = row["thickness_mm"]
    if thickness and thickness > 0:
        seen = f"thickness {thickness:.4g} mm, distance {gap:.4g} mm"
        if thickness > gap * (1 + GEO008_GAP_INFO):
            yield info("slices overlap", seen=seen, expected="a thickness that is the distance")
        elif gap > thickness * (1 + GEO008_GAP_INFO):
            wide = row["modality"] == "CT" and gap > thickness * (1 + GEO008_GAP_WARNING)
            severity = warning if wide else info
            yield severity(
                "there are gaps between the slices", seen=seen, expected="a thickness that is the distance"
            )
    said = row["spacing_between_slices_mm"]
    # On a tilted stack some scanners write the way of the table, along the slanted step.
    steps = (gap, gap / cos(radians(row["tilt_deg"])))
    if said and all(abs(abs(said) - step) > GEO008_SPACING_PART * step for step in steps):
        yield warning(
            "Spacing Between Slices contradicts the positions; the positions were used",
            seen=f"{said:.4g} mm",
            expected=f"{gap:.4g} mm",
        )


def examples() -> Iterator[Example]:
    """A thickness that is the distance, and some that are not."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series

    yield good("CT of 2.5 mm slices at 2.5 mm", small_series())
    yield good("one slice has no distance", small_series(shape=(9, 8, 1)))
    yield bad("CT with gaps of half a slice", small_series(tags={"SliceThickness": "1.6"}), Severity.WARNING)
    yield bad(
        "CT of overlapping slices, sagittal", small_series("PIR", tags={"SliceThickness": "5"}), Severity.INFO
    )
    yield bad(
        "MR with a wide gap, oblique",
        small_series("RPI", modality="MR", tags={"SliceThickness": "1"}),
        Severity.INFO,
    )
    yield bad("a spacing that lies", small_series(tags={"SpacingBetweenSlices": "5"}), Severity.WARNING)
    yield near("4 % thinner", small_series(tags={"SliceThickness": "2.41"}))
    yield near("7 % thinner", small_series(tags={"SliceThickness": "2.33"}), Severity.INFO)
    yield near(
        "the way of the table, at a tilt of 20 degrees",
        small_series(tilt=0.91, tags={"SpacingBetweenSlices": "2.66"}),
    )
    yield near(
        "a negative spacing, as some cameras write", small_series(tags={"SpacingBetweenSlices": "-2.5"})
    )
