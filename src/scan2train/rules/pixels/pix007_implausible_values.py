"""Values that no measurement gives.

What it finds
-------------
Voxels that are not a number or infinite, padding aside; and volumes in which every voxel has the same value.

Why it matters
--------------
One NaN in a batch makes the loss NaN, and all weights with it; through interpolation it spreads to its neighbours. A
constant volume teaches nothing, and dividing by its spread fails: mostly the pixels were lost in an export.

What to do
----------
Find out what the values stand for: mask those that are not finite, with a step of your own or where the files are
written, and leave out volumes that are constant.

References
----------
DICOM PS3.3 C.7.6.24 and C.7.6.25 (Floating Point Image Pixel); IEEE 754.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from scan2train.rule import Decoded, Example, Hit, bad, error, good, near, warning
from scan2train.rule.passed_on import passed_on
from scan2train.rule.suspects import NOTICED
from scan2train.volume import Volume

SUSPECT = NOTICED


def check(
    row: Mapping[str, Any], decoded: Decoded | None = None, volume: Volume | None = None
) -> Iterator[Hit]:
    """What the file's reader or decoding noticed; then, where all voxels are at hand, whether they are all the same."""
    if volume is not None:
        yield from _constant(volume)
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
    yield near("one voxel differs", small_series(values=lambda array: array * 0 + (array == array.max())))
    yield near("large but finite", small_nifti(values=_with(1e30)))


def _with(value: float) -> Any:
    """Put ``value`` into one voxel."""

    def change(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        changed = array.astype(np.float32)
        changed[2, 3, 1] = value
        return changed

    return change
