"""The volumes that the hospital is made of; few and small, so that it is written in seconds."""

from __future__ import annotations

from functools import cache
from math import radians, tan

import numpy as np
import numpy.typing as npt

from scan2train.grid import Grid
from scan2train.testing.phantoms import brain_mr, chest_ct, chest_film
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume

_SHAPE, _SPACING = (80, 68, 18), (4.5, 4.5, 8.0)


@cache
def chest(
    seed: int = 0,
    orientation: str = "LPS",
    *,
    shape: tuple[int, int, int] = _SHAPE,
    spacing: tuple[float, float, float] = _SPACING,
    table: bool = True,
    lesion_radius_mm: float = 14.0,
) -> tuple[Volume, Labels]:
    """A chest of few voxels, and its lesion."""
    return chest_ct(
        shape,
        spacing,
        seed=seed,
        orientation=orientation,
        table=table,
        lesion_radius_mm=lesion_radius_mm,
    )


@cache
def head(orientation: str = "LPS") -> Volume:
    """A head MR of few voxels."""
    return brain_mr((60, 72, 28), (3.1, 3.2, 5.6), orientation=orientation)[0]


@cache
def film(seed: int = 0) -> npt.NDArray[np.uint16]:
    """A chest film of few pixels."""
    return chest_film((160, 180), seed=seed)


def tilted_chest(degrees: float) -> Volume:
    """A chest whose slices are sheared against their normal, as by a tilted gantry."""
    straight = centred_grid(_SHAPE, _SPACING, "LPS")
    affine = straight.affine.copy()
    affine[:3, 2] += straight.direction[:, 1] * _SPACING[2] * tan(radians(degrees))
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(_SHAPE) - 1) / 2)
    return chest_ct(grid=Grid(_SHAPE, affine))[0]


def in_a_circle(volume: Volume) -> Volume:
    """With voxels that are valid within the scanner's round field of view only."""
    i, j = (np.linspace(-1, 1, n) for n in volume.grid.shape[:2])
    inside = np.hypot(i[:, None], j[None, :])[:, :, None] <= 1.0
    return volume.replace(valid=np.broadcast_to(inside, volume.grid.shape).copy())


def projected(volume: Volume) -> Volume:
    """A maximum intensity projection from front to back of an axial volume: one coronal slice."""
    i, j, k = (volume.grid.affine[:3, n] for n in range(3))
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = i, -k, j
    affine[:3, 3] = volume.grid.to_world((0, volume.grid.shape[1] / 2, volume.grid.shape[2] - 1))
    values = np.ascontiguousarray(volume.array.max(axis=1)[:, ::-1, None])
    return Volume(array=values, grid=Grid(values.shape, affine), unit=volume.unit)


def scout(volume: Volume) -> Volume:
    """A localizer of an axial volume: the sum along the beam, from front to back."""
    summed = volume.array.astype(np.float32).clip(-1000, None).mean(axis=1)
    values = np.rint((summed - summed.min()) * 2 - 1000).astype(np.int16)
    flat = projected(volume)
    return flat.replace(array=np.ascontiguousarray(values[:, ::-1, None]))
