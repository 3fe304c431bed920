"""Take the median of what lies around each voxel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from scan2train.recipe import ImageStep
from scan2train.recipe.reach import in_voxels, require_one
from scan2train.sampling.filtering import for_filters
from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True)
class DenoiseMedian(ImageStep):
    """The median within ``radius_mm`` of each voxel's centre; with ``radius``, in the box of so many voxels each way.

    It takes away single bright and dark voxels and leaves edges where they are. ``radius = 1`` is the filter of
    3×3×3 voxels that others call by its size.

    Padding does not count, and neither does what would lie beyond the faces: near them the median is that of fewer
    values; of an even number, the mean of the two in the middle. A ball smaller than a voxel changes nothing.

    It takes about 0.5 µs a voxel for 27 voxels, and grows with their number.
    """

    averages: ClassVar[bool] = True

    radius_mm: float | None = None
    radius: int | None = None

    def __post_init__(self) -> None:
        require_one(self.word(), "radius", self.radius_mm, self.radius)

    def image(self, volume: Volume) -> Array:
        """Over the voxels whose centres are near enough."""
        from scan2train.kernels.median import median

        values, real = for_filters(volume)
        out = np.empty_like(values)
        there = np.empty((0, 0, 0), np.bool_) if real is None else real
        median(values, there, real is not None, self._offsets(volume), out)
        return out.T

    def _offsets(self, volume: Volume) -> Array:
        """``(n, 3)`` steps along k, j, i."""
        reach = in_voxels(volume.grid, self.word(), "radius", self.radius_mm, self.radius)
        # No farther than the volume is long: there is nothing beyond.
        whole = [min(int(one + 1e-9), size - 1) for one, size in zip(reach, volume.grid.shape, strict=True)]
        box = np.mgrid[tuple(slice(-one, one + 1) for one in reversed(whole))].reshape(3, -1).T
        if self.radius_mm is None:
            return np.ascontiguousarray(box)
        away = box[:, ::-1] @ (volume.grid.affine[:3, :3].T)
        return np.ascontiguousarray(box[np.linalg.norm(away, axis=1) <= self.radius_mm + 1e-9])
