"""An image made small, for a picture of the whole: fewer voxels, of 8 bits each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.grid import FloatArray
from scan2train.viewing.image import Image
from scan2train.volume import Array, Mask

#: Values beyond these percentiles are shown as the values there: a screw or a hot bladder would take all the grey.
_PERCENTILES = (0.5, 99.9)
_SOME = 400_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reduced:
    """``values`` ``(k, j, i)`` from 0 to 255, which stand for ``low`` to ``high``; their affine, RAS+ mm."""

    values: npt.NDArray[np.uint8]
    affine: FloatArray
    low: float
    high: float


@np.errstate(over="ignore", invalid="ignore")  # what float32 cannot hold is shown as the brightest
def reduced(image: Image, largest: int = 192, t: int = 0) -> Reduced:
    """Average voxels together until no side has more than ``largest``; padding counts as the lowest value.

    Raises
    ------
    WrongUse
        If ``largest`` is not from 16 to 512.
    """
    if not 16 <= largest <= 512:
        raise WrongUse("a reduced image has 16 to 512 voxels a side", found=largest)
    values, valid = image.values(t), image.volume.valid
    if image.channels > 1:
        values = values[..., :3].mean(axis=-1)
    low, high = _robust_range(values, valid)
    parts = [-(-n // largest) for n in values.shape]
    sizes = [n // part for n, part in zip(values.shape, parts, strict=True)]
    out = np.empty(sizes[::-1], np.uint8)
    scale = 255.0 / (high - low) if high > low else 0.0
    for at in range(sizes[2]):
        part = slice(at * parts[2], (at + 1) * parts[2])
        some = values[:, :, part].astype(np.float32)
        np.nan_to_num(some, copy=False, nan=low)
        if valid is not None:
            some[~valid[:, :, part]] = low
        np.clip(some, low, high, out=some)
        mean = some.mean(axis=2)[: sizes[0] * parts[0], : sizes[1] * parts[1]]
        blocks = mean.reshape(sizes[0], parts[0], sizes[1], parts[1]).mean(axis=(1, 3))
        out[at] = np.rint(np.nan_to_num((blocks.T - low) * scale, posinf=255.0))
    affine = image.volume.grid.affine.copy()
    affine[:3, 3] = image.volume.grid.to_world([(part - 1) / 2 for part in parts])
    affine[:3, :3] *= parts
    return Reduced(values=out, affine=affine, low=low, high=high)


def _robust_range(values: Array, valid: Mask | None) -> tuple[float, float]:
    real = values.T.reshape(-1) if valid is None else values.T[valid.T]
    some = real[:: max(1, real.size // _SOME)].astype(np.float64)
    some = some[np.isfinite(some)]
    if some.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(some, _PERCENTILES)
    return (float(low), float(high)) if high > low else (float(some.min()), float(some.max()))
