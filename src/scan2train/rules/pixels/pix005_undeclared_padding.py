"""A constant outside of the field of view that nothing declares as padding.

What it finds
-------------
CT slices in whose corners one constant value stands that is lower than anything can be, without a Pixel Padding Value
that would say so. It takes decoding: findings come with reading, and with a check that looks at pixels.

Why it matters
--------------
A scanner fills what lies outside of its round field of view with a number that means nothing; many write −2000, which
the rescale turns into −3024 HU, and leave out the attribute. Taken for an intensity it moves means, percentiles and
z-scores by hundreds of HU, and interpolation pulls the skin towards it.

What to do
----------
Voxels that hold the value were masked in `Volume.valid`, as declared padding is, and stay out of statistics and
interpolation. Where the value could be air that was cut off, nothing was masked: look at the corners, and clip at
−1000 HU or above in the recipe.

A constant of −1024 HU is no padding here: it is what most scanners store for air at the lowest.

References
----------
DICOM PS3.3 C.7.5.1.1.2 (Pixel Padding Value): required where padding is there, and often missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scan2train.rule import Decoded, Example, Hit, bad, good, info, near, warning


def check(row: Mapping[str, Any], decoded: Decoded) -> Iterator[Hit]:
    """Tell what reading found in the corners."""
    if decoded.undeclared:
        seen = f"{_told(decoded.undeclared)} HU, {decoded.undeclared_count} voxels"
        if row["lossy"]:
            yield warning(
                "padding is there and not declared; lossy compression has spread it, and not all could be masked",
                seen=seen,
                expected="a Pixel Padding Value",
            )
        else:
            yield info(
                "padding is there and not declared; voxels that hold it are masked",
                seen=seen,
                expected="a Pixel Padding Value",
            )
    if decoded.doubtful:
        yield warning(
            "a constant below air stands in the corners; it may be padding, and was not masked",
            seen=f"{_told(decoded.doubtful)} HU",
            expected="a Pixel Padding Value, or air",
        )


def _told(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def examples() -> Iterator[Example]:
    """Padding of several vendors, and air that only looks like it."""
    from functools import partial

    import numpy as np

    from scan2train.finding import Severity
    from scan2train.testing.small import round_view, small_series
    from scan2train.testing.small_objects import small_enhanced

    wide = partial(small_series, shape=(18, 16, 4), signed=True, bits_stored=16)
    big = partial(wide, intercept=0.0)
    yield good("CT of a square field of view", small_series())
    yield good("declared padding", wide(values=round_view(-3024), padding_value=-2000))
    yield good("PET, whose values may be anything", small_series("PIR", modality="PT", shape=(18, 16, 4)))
    yield bad(
        "−2000 before the rescale, axial",
        wide(values=round_view(-3024), manufacturer="GE MEDICAL SYSTEMS"),
        Severity.INFO,
    )
    yield bad("−2048, sagittal", big("PIR", values=round_view(-2048), manufacturer="TOSHIBA"), Severity.INFO)
    yield bad(
        "−8192 of an extended scale, oblique",
        small_series(
            shape=(18, 16, 4),
            turned_deg=20,
            values=round_view(-8192),
            intercept=-8192.0,
            bits_stored=16,
            manufacturer="SIEMENS",
        ),
        Severity.INFO,
    )
    yield bad("one slice of eight", wide(values=round_view(-3024, only=1)), Severity.INFO)
    yield bad(
        "an enhanced CT",
        small_enhanced(
            shape=(18, 16, 4), values=round_view(-2000), intercept=0.0, signed=True, bits_stored=16
        ),
        Severity.INFO,
    )
    yield bad(
        "padding compressed with loss",
        wide(values=round_view(-3024), tags={"LossyImageCompression": "01"}),
        Severity.WARNING,
    )
    yield near("air cut off at −1024", small_series(shape=(18, 16, 4), values=round_view(-1024)))
    yield near("a constant of −1060", wide(values=round_view(-1060)), Severity.WARNING)
    yield near(
        "noise in the corners, however low",
        big(values=lambda array: (array - 2000 * (array < -900)).astype(np.int16)),
    )
    yield near(
        "one low pixel in a corner",
        wide(values=lambda array: np.where(np.indices(array.shape).sum(axis=0) == 0, -3024, array)),
    )
    yield near(
        "a localizer",
        wide(values=round_view(-3024), tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}),
    )
