"""Slices are sheared against their normal.

What it finds
-------------
Stacks whose slices do not lie straight behind one another: each is shifted within its plane against the one before, as
a tilted gantry makes them. Told where the shift from the first to the last slice reaches half a pixel.

Why it matters
--------------
Tools that know only one spacing an axis (ITK, SimpleITK and what is built on them) drop the shear: the head leans, and
masks drawn on the true positions miss by centimetres at the far end. Some also take the length of the slanted step for
the slice spacing.

What to do
----------
Bring the volume to a straight grid before other tools see it: the recipe step detilt does it, by shifting each slice
within its plane, and can be undone. The presets for CT begin with it. The affine that was read here keeps the shear
until then, and so do resample and all other steps. Do not pass the files on as they are.

Head CT is often tilted on purpose, to spare the eyes. Gantry/Detector Tilt in the header is nominal, and its sign
differs from vendor to vendor: the angle here is that of the positions.

References
----------
DICOM PS3.3 C.7.6.2.1.1 (Image Position and Image Orientation), C.8.15.3.3 (Gantry/Detector Tilt is nominal).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import radians, tan
from typing import Any

import polars as pl

from scan2train.knowledge.tilt import shear_shows
from scan2train.knowledge.tolerances import GEO006_SILENT_PIXELS
from scan2train.rule import Example, Hit, bad, good, near, warning
from scan2train.rule.slices import IMAGES

#: So small an angle shifts no stack by half a pixel.
_UPRIGHT_DEG = 1e-4
SUSPECT = pl.col("tilt_deg") > _UPRIGHT_DEG


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Measure the shift from the first to the last slice in pixels."""
    if row["format"] != "dicom" or row["step_source"] != "positions" or row["role"] not in IMAGES:
        return
    first, last = row["member_position_mm"][0], row["member_position_mm"][-1]
    if shear_shows(row, last - first):
        shift = tan(radians(row["tilt_deg"])) * (last - first)
        pixel = min(row["spacing_i_mm"], row["spacing_j_mm"])
        yield warning(
            "slices are sheared against their normal; the affine keeps that, but readers based on ITK cannot hold it",
            seen=f"{row['tilt_deg']:.4g}°: the last slice is shifted by {shift:.3g} mm, {shift / pixel:.3g} pixels, "
            f"against the first",
            expected=f"a shift below {GEO006_SILENT_PIXELS:g} pixel",
            affects=row["n_slices"],
        )


def examples() -> Iterator[Example]:
    """Straight and tilted stacks."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series

    yield good("a straight stack", small_series())
    yield good("a straight oblique stack", small_series("PIR", turned_deg=33, modality="MR"))
    yield good(
        "a tilted gantry that the positions do not show", small_series(tags={"GantryDetectorTilt": "15"})
    )
    yield good("one slice", small_series(shape=(9, 8, 1)))
    yield bad("a head CT at 18°", small_series(tilt=0.81, manufacturer="Philips"), Severity.WARNING)
    yield bad(
        "tilted the other way, from another maker",
        small_series(tilt=-1.2, manufacturer="GE MEDICAL SYSTEMS"),
        Severity.WARNING,
    )
    yield bad("a tilted oblique", small_series("PIR", tilt=0.5, turned_deg=21), Severity.WARNING)
    yield near("0.45 of a pixel over the whole stack", small_series(tilt=0.45 * 1.3 / 7))
    yield near(
        "0.55 of a pixel over the whole stack", small_series("RPI", tilt=0.55 * 1.3 / 7), Severity.WARNING
    )
    yield near("a NIfTI is judged by NII002", small_nifti())
