"""Values that no measurement gives.

What it finds
-------------
Voxels that are not a number or infinite, padding aside; volumes in which every voxel has the same value; and CT whose
air and soft tissue are not where Hounsfield units put them: air at −1000 HU, fat, water and muscle between −100 and 60.
Both show as peaks of the histogram. So it is seen where a rescale was left out (air at 0 or 24, tissue at 1050) or
applied twice (air at −2024), where values were inverted, shifted, or scaled to 0..255 or 0..1, and where a window was
cut out of them.

Why it matters
--------------
One NaN in a batch makes the loss NaN, and all weights with it; through interpolation it spreads to its neighbours. A
constant volume teaches nothing, and dividing by its spread fails: mostly the pixels were lost in an export.

Everything that is done to CT counts on its units: a clip to −1000..400 HU, a threshold for bone, the colours of a
viewer. A scan on another scale passes through all of it without an error, and comes out black, white, or shifted.

What to do
----------
Find out what the values stand for. Those that are not finite count as padding in ``prepare`` and ``Recipe.run``:
nothing is computed with them, air or 0 stands in their place, and the mask of real data says where. Leave out volumes
that are constant, and CT that is not in HU: fetch the original files, and do not guess the scale.

Where only an end was cut off, such as all above 250, a recipe whose clip lies within it loses nothing; any other does.
A crop without air or without soft tissue is not judged, and neither is a cone-beam CT, whose values are no HU by
rights.

References
----------
DICOM PS3.3 C.7.6.24 and C.7.6.25 (Floating Point Image Pixel), C.11.1.1.2 (Hounsfield units); IEEE 754.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from scan2train.measures.hu_peaks import hu_peaks
from scan2train.measures.hu_scale import Fault, clipped, far_below, scale_fault
from scan2train.rule import Decoded, Example, Hit, bad, error, good, near, warning
from scan2train.rule.passed_on import passed_on
from scan2train.rule.suspects import NOTICED
from scan2train.volume import Volume

SUSPECT = NOTICED

#: Cone-beam scanners, by words of their makers, models and descriptions.
_CONE_BEAM = re.compile(
    r"cbct|cone.?beam|\bxvi\b|on.?board.?imag|\bobi\b|dental|newtom|planmeca|i-?cat\b|accuitomo|orthophos|galileos"
    r"|carestream|vatech|gendex|soredex|dyna-?ct|xper.?ct",
    re.IGNORECASE,
)
_EXPECTED = "air near −1000, fat, water and muscle between −100 and 60 HU"


def check(
    row: Mapping[str, Any], decoded: Decoded | None = None, volume: Volume | None = None
) -> Iterator[Hit]:
    """What the file's reader or decoding noticed; then, where all voxels are at hand, whether they are all the same."""
    if volume is not None:
        yield from _constant(volume)
        fault = _fault(volume, row)
        if fault is not None:
            severity = warning if fault.doubtful else error
            yield severity(fault.message, seen=fault.seen, expected=_EXPECTED)
    elif decoded is None:
        yield from passed_on("PIX007", row)
    elif decoded.not_finite:
        yield error(
            "some values are not finite", seen=f"{decoded.not_finite} values", expected="finite values"
        )


def _constant(volume: Volume) -> Iterator[Hit]:
    """Compare slice by slice with the first real value; mostly the first slice ends it."""
    array, valid = volume.array, volume.valid
    first: Any = None
    for k in range(array.shape[2]):
        values = array[:, :, k] if valid is None else array[:, :, k][valid[:, :, k]]
        if not values.size:
            continue
        first = values.reshape(-1)[0] if first is None else first
        if not np.array_equal(values, np.full_like(values, first), equal_nan=values.dtype.kind == "f"):
            return
    if first is not None and np.isfinite(first) and array.size > 1:
        yield warning("every voxel has the same value", seen=f"{first:g}", expected="an image")


def _fault(volume: Volume, row: Mapping[str, Any]) -> Fault | None:
    """What speaks against the scale of a CT; of a file that does not say what it is, only what nothing else can be."""
    if row.get("modality") not in ("CT", None) or volume.array.ndim != 3:
        return None
    peaks = hu_peaks(volume)
    if peaks is None:
        return None
    said = row["modality"]
    names = " ".join(str(row[name] or "") for name in ("manufacturer", "model", "description", "image_type"))
    calibrated = said == "CT" and row["role"] == "volume" and volume.unit == "HU"
    if not (calibrated or (said is None and row["format"] != "dicom" and row["role"] == "volume")):
        return None
    if _CONE_BEAM.search(names):
        return None
    if not calibrated:
        return far_below(peaks)
    return scale_fault(peaks) or clipped(peaks, whole=volume.array.dtype.kind in "iu")


def examples() -> Iterator[Example]:
    """Finite and varied values, and others."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series

    yield good("CT of a body in air", small_series())
    yield good("a NIfTI of a body in air", small_nifti())
    yield bad(
        "CT that is 0 throughout", small_series("PIR", values=lambda array: array * 0), Severity.WARNING
    )
    yield bad(
        "MR with one value",
        small_series("RPI", modality="MR", values=lambda array: array * 0 + 7),
        Severity.WARNING,
    )
    yield bad("a NIfTI that is 0 throughout", small_nifti(values=lambda array: array * 0), Severity.WARNING)
    yield bad("a NIfTI with a NaN", small_nifti(values=_with(np.nan)), Severity.WARNING)
    yield bad(
        "a NIfTI with an infinity",
        small_nifti("scan.nii", orientation="PIR", values=_with(np.inf)),
        Severity.WARNING,
    )
    kept: dict[str, Any] = {"signed": True, "bits_stored": 16, "intercept": 0.0}
    yield bad(
        "a rescale that was left out, though the header looks well",
        small_series(values=lambda array: array + 1024, manufacturer="SIEMENS", **kept),
        Severity.ERROR,
    )
    yield bad(
        "a rescale applied twice, sagittal",
        small_series("PIR", values=lambda array: array - 1024, manufacturer="Philips", **kept),
        Severity.ERROR,
    )
    yield bad(
        "inverted, oblique", small_series(turned_deg=15, values=lambda array: -array, **kept), Severity.ERROR
    )
    yield bad(
        "scaled to 0..255",
        small_series(values=lambda array: ((array + 1000) * 0.2).astype(np.int16), **kept),
        Severity.ERROR,
    )
    yield bad(
        "off by 160",
        small_series("RPI", values=lambda array: array + 160, manufacturer="TOSHIBA"),
        Severity.WARNING,
    )
    yield bad(
        "a window cut out", small_series(values=lambda array: np.maximum(array, -150)), Severity.WARNING
    )
    yield bad(
        "high values cut off",
        small_series(shape=(33, 31, 8), values=_cut_off, manufacturer="GE MEDICAL SYSTEMS"),
        Severity.WARNING,
    )
    yield bad(
        "a NIfTI whose values are a thousand too low",
        small_nifti(orientation="LPS", values=lambda array: array - 1024),
        Severity.WARNING,
    )
    yield near("off by 60", small_series(values=lambda array: array + 60))
    yield near("no air at all", small_series(values=lambda array: np.where(array < -500, array + 910, array)))
    yield near(
        "a cone-beam CT on a scale of its own",
        small_series(values=lambda array: array + 700, model="On-Board Imager", **kept),
    )
    yield near("MR on such a scale", small_series(modality="MR", values=lambda array: array + 1024))
    yield near(
        "one voxel differs",
        small_series(modality="MR", values=lambda array: array * 0 + (array == array.max())),
    )
    yield near("large but finite", small_nifti(values=_with(1e30)))


def _cut_off(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Tissue that rises evenly, and ends at 90 HU."""
    rising = np.arange(array.shape[0])[:, None, None] * 6 - 40
    return np.where(array > -500, np.minimum(array - array // 10 + rising, 90), array).astype(np.int16)


def _with(value: float) -> Any:
    """Put ``value`` into one voxel."""

    def change(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        changed = array.astype(np.float32)
        changed[2, 3, 1] = value
        return changed

    return change
