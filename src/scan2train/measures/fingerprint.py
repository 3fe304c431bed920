"""What tells one picture from all others, and is the same for its copies in any format, type, order and unit.

Copies of an image differ in much: DICOM stores integers with a slope, NIfTI floats; axes are flipped; one is in HU,
the other scaled to [0, 1]. None of this changes which of two neighbouring voxels is the brighter one. These bits, in
an order that follows from the patient's axes and not from memory, are hashed; and a few numbers, which no change of
unit moves, tell pictures apart that are brighter in the same places by other amounts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from scan2train.grid import closest_axes
from scan2train.volume import Volume

#: So many planes of a volume are hashed, evenly spaced: two scans do not agree in all bits of a single one.
_PLANES = 32
#: So many voxels along an axis are enough for the numbers.
_SAMPLES = 32
#: Pictures of fewer values than this may look alike by chance; they are the same in the same unit only.
_FEW_VALUES = 8
#: How far numbers of two copies may be apart, both scaled to [0, 1]: single precision, and rounding to whole numbers.
_APART = 2e-3

_KNOWN: WeakKeyDictionary[Volume, Fingerprint | None] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """``key`` is equal for copies; ``numbers`` are close, which :func:`same_picture` decides."""

    key: tuple[Any, ...]
    numbers: tuple[float, float]


def fingerprint(volume: Volume) -> Fingerprint | None:
    """The fingerprint of a volume, made once; ``None`` where all of its voxels are alike."""
    if volume not in _KNOWN:
        _KNOWN[volume] = _made(volume)
    return _KNOWN[volume]


def same_picture(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two volumes hold the same voxels, up to unit, type and order."""
    return one.key == other.key and all(
        abs(a - b) <= _APART for a, b in zip(one.numbers, other.numbers, strict=True)
    )


def _made(volume: Volume) -> Fingerprint | None:
    array = _along_patient_axes(volume)
    shape = array.shape[:3]
    sample = array[tuple(slice(None, None, max(1, n // _SAMPLES)) for n in shape)].astype(np.float64)
    values = np.unique(sample[np.isfinite(sample)])
    if len(values) < 2:
        return None
    low, high = float(values[0]), float(values[-1])
    scaled = np.nan_to_num((sample - low) / (high - low))
    own_unit = tuple(values.tolist()) if len(values) < _FEW_VALUES else ()
    return Fingerprint(
        key=(shape, _brighter(array), own_unit), numbers=(float(scaled.mean()), float(scaled.std()))
    )


def _along_patient_axes(volume: Volume) -> npt.NDArray[Any]:
    """A view whose axes grow to the patient's right, front and head, as closely as they go."""
    axes = closest_axes(volume.grid)
    flips = tuple(slice(None, None, -1 if sign < 0 else 1) for _, sign in axes)
    order = [world for world, _ in axes]
    rest = range(3, volume.array.ndim)
    return volume.array[flips].transpose([order.index(0), order.index(1), order.index(2), *rest])


def _brighter(array: npt.NDArray[Any]) -> str:
    """Hash of one bit for each pair of neighbours along the longest axis: whether the second is the brighter one."""
    along = max(range(3), key=lambda axis: (array.shape[axis], -axis))
    across = 2 if along != 2 else 1
    digest = hashlib.blake2b(digest_size=16)
    n = array.shape[across]
    for at in np.unique(np.linspace(0, n - 1, min(n, _PLANES)).round().astype(int)):
        # A view: to take from an array whose axes are turned would copy all of it.
        plane = array[(slice(None),) * across + (at,)]
        lines = np.ascontiguousarray(np.moveaxis(plane, along if along < across else along - 1, 0))
        digest.update(np.packbits(lines[1:] > lines[:-1]).tobytes())
    return digest.hexdigest()
