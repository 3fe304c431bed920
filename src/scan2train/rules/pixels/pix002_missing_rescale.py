"""CT whose stored values are not known to be Hounsfield units.

What it finds
-------------
CT without Rescale Slope and Rescale Intercept, or with a pair that cannot give Hounsfield units: a slope that no CT
has, or an intercept with which no stored value can be air (−1000 HU) or none can be water (0 HU). And, in any
modality, a rescale that is no usable number or that only some slices have.

Why it matters
--------------
CT is stored as whole numbers; slope and intercept turn them into HU. Without them air is 24 or 0 and not −1000: a clip
to −1000..400 HU then keeps everything, the network sees all of it shifted by a thousand, and one such case among many
teaches it nonsense. Nothing looks wrong on a screen, because windows are set by eye.

What to do
----------
Fetch the original files: an export or an anonymiser has dropped or changed the rescale. Do not guess that the intercept
was −1024; leave the case out instead.

Maps that a CT scanner computes, such as effective atomic number or electron density, say so in Rescale Type and are not
judged by HU; derived images, localizers and captures are not judged at all.

References
----------
DICOM PS3.3 C.8.2.1.1.2 and C.11.1 (Modality LUT): CT images that are ORIGINAL and no localizers are in HU.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from scan2train.knowledge.tolerances import (
    PIX002_AIR_HU,
    PIX002_INTERCEPT_MOST_HU,
    PIX002_SLOPE_MOST,
    PIX002_WATER_HU,
)
from scan2train.rule import Example, Hit, bad, error, good, near
from scan2train.rule.suspects import ODD, SEVERAL_RESCALES

_NAMES = {
    "slope": "Rescale Slope",
    "intercept": "Rescale Intercept",
    "dose_grid_scaling": "Dose Grid Scaling",
}

_SLOPE, _ADD = (pl.col(f"member_{name}").list.first() for name in ("slope", "intercept"))
_LEAST = (
    pl.when(pl.col("pixel_representation") == 1).then(-(2.0 ** (pl.col("bits_stored") - 1))).otherwise(0.0)
)
_CT = (
    _SLOPE.is_null()
    | _ADD.is_null()
    | (_SLOPE > PIX002_SLOPE_MOST)
    | (_SLOPE < 0)
    | (_ADD.abs() > PIX002_INTERCEPT_MOST_HU)
    | (_SLOPE * _LEAST + _ADD > PIX002_AIR_HU)
    | (_SLOPE * (_LEAST + 2.0 ** pl.col("bits_stored") - 1) + _ADD < PIX002_WATER_HU)
)
SUSPECT = (
    ODD
    | SEVERAL_RESCALES
    | ((_SLOPE == 0) | ~_SLOPE.is_finite() | ~_ADD.is_finite()).fill_null(value=False)
    | ((pl.col("modality") == "CT").fill_null(value=False) & _CT)
)


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Look for a rescale, then at what it can give."""
    if row["format"] != "dicom" or row["modality_lut"]:
        return
    pairs = set(zip(row["member_slope"], row["member_intercept"], strict=True))
    known = sorted((slope, add) for slope, add in pairs if slope is not None and add is not None)
    broken = _broken(row["oddities"] or ())
    if broken or not all(map(_usable, known)):
        yield error(
            "Rescale Slope or Rescale Intercept is no usable number",
            seen=", ".join(broken) or _told(known),
            expected="finite numbers, and a slope that is not 0",
        )
    elif len({(slope is None, add is None) for slope, add in pairs}) > 1:
        yield error(
            "Rescale Slope or Rescale Intercept is missing on some slices and there on others",
            seen=_without(row),
            expected="a rescale on all slices or on none",
        )
    elif row["modality"] == "CT" and row["role"] == "volume":
        if not known:
            yield error(
                "CT without Rescale Slope or Rescale Intercept: the values are not known to be HU",
                expected="both, such as slope 1 and intercept −1024",
            )
        else:
            yield from _as_hounsfield(row, known)


def _broken(words: Sequence[str]) -> list[str]:
    """Which attribute is damaged, and how."""
    halves = (word.partition(":") for word in words)
    return [f"{_NAMES[column]}: {how.replace('-', ' ')}" for how, _, column in halves if column in _NAMES]


def _without(row: Mapping[str, Any]) -> str:
    count = sum(None in pair for pair in zip(row["member_slope"], row["member_intercept"], strict=True))
    return f"{count} of {row['n_slices']} slices without"


def _usable(pair: tuple[float, float]) -> bool:
    return all(map(math.isfinite, pair)) and pair[0] != 0


def _as_hounsfield(row: Mapping[str, Any], pairs: list[tuple[float, float]]) -> Iterator[Hit]:
    if any(not 0 < slope <= PIX002_SLOPE_MOST or abs(add) > PIX002_INTERCEPT_MOST_HU for slope, add in pairs):
        yield error("a Rescale Slope or Intercept that no CT can have", seen=_told(pairs))
        return
    stored = row["bits_stored"] or row["bits_allocated"]
    hounsfield = (row["rescale_type"] or "HU").strip().upper() == "HU"
    if not hounsfield or row["pixel_kind"] in ("float", "double") or not stored:
        return
    low = -(1 << (stored - 1)) if row["pixel_representation"] == 1 else 0
    least = min(slope * low + add for slope, add in pairs)
    most = max(slope * (low + (1 << stored) - 1) + add for slope, add in pairs)
    if least > PIX002_AIR_HU or most < PIX002_WATER_HU:
        what = "air" if least > PIX002_AIR_HU else "water"
        yield error(
            f"CT whose rescale leaves no value for {what}: the values cannot be HU",
            seen=f"{least:g} to {most:g} with {_told(pairs)}",
            expected="values that reach from air, near −1000, to water, 0, and beyond",
        )


def _told(pairs: list[tuple[float, float]]) -> str:
    if not pairs:
        return ""
    slope, add = next((pair for pair in pairs if not _usable(pair)), pairs[0])
    return f"slope {slope:g}, intercept {add:g}"


def examples() -> Iterator[Example]:
    """A rescale that is there, is not, or cannot be meant."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series
    from scan2train.testing.small_objects import small_enhanced

    gone = {"RescaleSlope": None, "RescaleIntercept": None, "RescaleType": None}
    nought = {"RescaleSlope": "1", "RescaleIntercept": "0"}
    yield good("slope 1, intercept −1024", small_series())
    yield good(
        "signed values with intercept 0", small_series("PIR", signed=True, bits_stored=16, intercept=0)
    )
    yield good("MR needs none", small_series("RPI", modality="MR", tags=gone))
    yield bad("neither slope nor intercept", small_series(manufacturer="SIEMENS", tags=gone), Severity.ERROR)
    yield bad("no intercept, sagittal", small_series("PIR", tags={"RescaleIntercept": None}), Severity.ERROR)
    yield bad("missing on one slice", small_series(tags=lambda k: gone if k == 3 else {}), Severity.ERROR)
    yield bad(
        "a slope a slice and no intercept",
        small_series(tags=lambda k: {"RescaleSlope": str(k + 1), "RescaleIntercept": None}),
        Severity.ERROR,
    )
    yield bad("unsigned values with intercept 0", small_series(turned_deg=15, tags=nought), Severity.ERROR)
    yield bad(
        "a slope of 0 on MR",
        small_series(modality="MR", tags={"RescaleSlope": "0", "RescaleIntercept": "0"}),
        Severity.ERROR,
    )
    yield bad(
        "a slope of a million",
        small_series(manufacturer="Philips", tags={"RescaleSlope": "1e6"}),
        Severity.ERROR,
    )
    yield near(
        "unsigned values with intercept −899", small_series(tags={"RescaleIntercept": "-899"}), Severity.ERROR
    )
    yield near("unsigned values with intercept −1000", small_series(tags={"RescaleIntercept": "-1000"}))
    yield near("effective atomic number", small_series(tags={**nought, "RescaleType": "Z_EFF"}))
    yield near(
        "an enhanced object whose frames say that they are not in HU",
        small_enhanced(values=_lifted, intercept=0, rescale_type="US"),
    )
    yield near(
        "an enhanced object that says HU",
        small_enhanced(values=_lifted, intercept=0, rescale_type="HU"),
        Severity.ERROR,
    )
    yield near(
        "a localizer without rescale",
        small_series(shape=(9, 8, 1), tags={**gone, "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}),
    )


def _lifted(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Values that are nowhere below 0."""
    return array + 1024
