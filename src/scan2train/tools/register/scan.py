"""What is aligned: a copy of a volume in ITK's world, straight and no finer than it needs to be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import FloatArray, Grid
from scan2train.recipe.fill import fill_value
from scan2train.sampling import Sampling, ValueMap, sample, sample_labels
from scan2train.steps.detilt import Detilt
from scan2train.tools.register.itk import RAS_TO_LPS, image_of, lps_affine
from scan2train.volume import Array, Labels, Mask, Volume

#: An axis keeps so many voxels at least, whatever the level: gradients need neighbours.
_FEWEST = 4
#: Percentiles beyond which values are extremes.
_EXTREMES = (2.0, 98.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Scan:
    """Values in ``(k, j, i)``, where they are real and wanted, and a straight affine to LPS+ mm.

    ``unit`` is that of the values, ``outside`` what lies where there are none.
    """

    values: Array
    seen: Mask
    affine: FloatArray
    unit: str
    outside: float

    @classmethod
    def of(cls, volume: Volume, mask: Labels | None, step_mm: float) -> Self:
        """Means of whole blocks of about ``step_mm``; a sheared grid is made straight first.

        Raises
        ------
        WrongUse
            If it has several channels, or fewer than 4 voxels along an axis.
        GeometryError
            If it has no millimetres.
        """
        volume.grid.require_physical("registration")
        if volume.array.ndim != 3 or min(volume.grid.shape) < _FEWEST:
            raise WrongUse(
                "volumes are registered",
                expected=f"one channel, at least {_FEWEST} voxels along each axis",
                found=repr(volume),
                advice="Of several channels or time points give one.",
            )
        outside = fill_value(volume)
        straight = Detilt().grid(volume.grid)
        if straight is not volume.grid:
            volume = sample(volume, straight, Sampling("linear", antialias=False), ValueMap(), fill=outside)
        values = volume.array.T.astype(np.float32)
        seen = np.isfinite(values)
        if volume.valid is not None:
            seen &= volume.valid.T
        if mask is not None:
            seen &= sample_labels(mask, straight, Sampling("nearest")).array.T != 0
        if not seen.any():
            raise WrongUse(
                "nothing is left to register", expected="a mask over real voxels", found=repr(volume)
            )
        if not seen.all():
            values[~seen] = outside
        whole = cls(values=values, seen=seen, affine=lps_affine(straight), unit=volume.unit, outside=outside)
        made = whole.shrunk(step_mm)
        if not made.seen.any():
            raise WrongUse(
                "the mask is too thin for the blocks that scans are aligned on",
                expected=f"more than half of some block of {step_mm:g} mm",
                found=repr(mask),
                advice="Take a wider mask, or a smaller --finest-mm.",
            )
        return made

    @cached_property
    def spacing(self) -> FloatArray:
        """Of i, j and k, in mm."""
        lengths: FloatArray = np.linalg.norm(self.affine[:3, :3], axis=0)
        return lengths

    @property
    def image(self) -> Any:
        """As a SimpleITK image."""
        return image_of(self.values, self.affine)

    def mask_image(self, mask: Mask) -> Any:
        """A mask over its voxels, ``(k, j, i)``, as a SimpleITK image."""
        return image_of(mask.astype(np.uint8), self.affine)

    @property
    def volume(self) -> Volume:
        """As a volume of ours, without a copy."""
        k, j, i = self.values.shape
        grid = Grid((i, j, k), RAS_TO_LPS @ self.affine)
        valid = None if self.seen.all() else self.seen.T
        return Volume(array=self.values.T, grid=grid, unit=self.unit, valid=valid)

    def placed(self, matrix: FloatArray) -> Self:
        """The same picture at another place: its points through a rigid 4×4."""
        return replace(self, affine=matrix @ self.affine)

    def clipped(self, where: Mask) -> Self:
        """Without the extremes of what lies ``where``, in ``(k, j, i)``: few voxels would take most bins.

        Between metal and air there are 32 bins of a histogram, of which soft tissue would have one.
        """
        low, high = np.percentile(self.values[where], _EXTREMES)
        return replace(self, values=np.clip(self.values, low, high))

    def shrunk(self, step_mm: float) -> Self:
        """Means of the real voxels of whole blocks; a block is seen where at least half of it is."""
        import SimpleITK

        sizes = self.values.shape[::-1]
        steps = [
            max(1, min(round(step_mm / spacing), size // _FEWEST))
            for spacing, size in zip(self.spacing, sizes, strict=True)
        ]
        if max(steps) == 1:
            return self
        image = SimpleITK.GetImageFromArray(
            np.where(self.seen, self.values, 0) if self._holes else self.values
        )
        values = SimpleITK.GetArrayFromImage(SimpleITK.BinShrink(image, steps))
        seen = np.ones(values.shape, np.bool_)
        if self._holes:
            real = SimpleITK.GetImageFromArray(self.seen.astype(np.float32))
            share = SimpleITK.GetArrayFromImage(SimpleITK.BinShrink(real, steps))
            seen = share >= 0.5
            values = np.where(seen, values / np.maximum(share, 0.5), np.float32(self.outside))
        affine = self.affine @ np.diag([*steps, 1.0])
        affine[:3, 3] = self.affine[:3, :3] @ ((np.array(steps) - 1) / 2) + self.affine[:3, 3]
        return type(self)(values=values, seen=seen, affine=affine, unit=self.unit, outside=self.outside)

    @cached_property
    def _holes(self) -> bool:
        return not bool(self.seen.all())

    def at(self, points: FloatArray) -> tuple[FloatArray, Mask]:
        """Values at LPS+ points, ``(n, 3)``, between voxels linearly; and where those are seen."""
        from scipy.ndimage import map_coordinates

        back = np.linalg.inv(self.affine)
        index = points @ back[:3, :3].T + back[:3, 3]
        ends = np.array(self.values.shape[::-1]) - 0.5
        inside = ((index >= -0.5) & (index <= ends)).all(axis=1)
        across = index.T[::-1]
        values = map_coordinates(self.values, across, order=1, mode="nearest", output=np.float64)
        if self._holes:
            inside &= map_coordinates(self.seen.astype(np.uint8), across, order=0, mode="nearest") > 0
        return values, inside
