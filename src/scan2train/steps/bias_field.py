"""Even out the slow change of brightness that coils leave in MR."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.measures.bias import log_bias
from scan2train.measures.foreground import otsu_threshold
from scan2train.recipe import ImageStep, ValueMap
from scan2train.sampling import Sampling, sample
from scan2train.sampling.memory import result_type
from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True)
class BiasField(ImageStep):
    """N4 bias field correction (Tustison et al. 2010), for MR, by the equations and defaults of ITK.

    The field is fitted on a copy of about ``shrink_mm`` (means of whole blocks of voxels), over the foreground (real
    voxels above Otsu's threshold and above 0), and the volume divided by it at full resolution; the field has a mean of
    1 over the foreground. ``control_mm`` is the distance of the spline's control points at the first of as many levels
    as ``iterations`` has numbers; each level halves it. ``fwhm`` is the width of the histogram's blur, in log units.

    Refused are values that measure something (HU, Bq/ml, SUV, Gy), other modalities than MR, grids without
    millimetres, and values that were centred on 0 before: the logarithm is taken of them.

    It takes seconds, whatever the resolution, and gives the same bits on every run.
    """

    shrink_mm: float = 4.0
    control_mm: float = 200.0
    iterations: tuple[int, ...] = (50, 50, 50, 50)
    fwhm: float = 0.15

    def __post_init__(self) -> None:
        if not (self.shrink_mm > 0 and self.control_mm > 0 and self.fwhm > 0):
            raise WrongUse(self.word(), expected="shrink_mm, control_mm and fwhm above 0", found=self)
        if not self.iterations or min(self.iterations) < 1:
            raise WrongUse(
                f"{self.word()}: iterations",
                expected="one number above 0 for each level",
                found=self.iterations,
            )

    def image(self, volume: Volume) -> Array:
        """Divided by the field."""
        self._require_mr(volume)
        steps = [
            max(1, min(round(self.shrink_mm / spacing), size // 4))
            for spacing, size in zip(volume.grid.spacing, volume.grid.shape, strict=True)
        ]
        coarse, mask, grid = _shrunken(volume, steps)
        field = Volume(array=self._log_field(coarse, mask, grid), grid=grid)
        log = sample(field, volume.grid, Sampling("linear", antialias=False), ValueMap(), fill=0.0).array
        made: Array = (volume.array.T / np.exp(log.T)).astype(result_type(volume.array.dtype)).T
        return made

    def _require_mr(self, volume: Volume) -> None:
        modality = volume.meta.get("modality", "MR")
        if volume.unit != "a.u." or modality != "MR":
            raise WrongUse(
                f"{self.word()}: only MR has a bias field",
                expected="modality MR, in a.u.",
                found=f"{modality} in {volume.unit}",
                advice="Leave the step out for this series, or choose: modality = 'MR'.",
            )
        if not volume.grid.physical:
            raise WrongUse(f"{self.word()} needs millimetres", found=volume.grid)

    def _log_field(self, coarse: Array, mask: Array, grid: Grid) -> Array:
        """Logarithm of the field on the coarse grid, with a mean of 0 over the mask."""
        spans = [
            max(1, round(n * spacing / self.control_mm))
            for n, spacing in zip(grid.shape, grid.spacing, strict=True)
        ]
        log = log_bias(coarse, mask, (spans[0], spans[1], spans[2]), self.iterations, self.fwhm)
        made: Array = (log - log[mask].mean()).astype(np.float32)
        return made


def _shrunken(volume: Volume, steps: list[int]) -> tuple[Array, Array, Grid]:
    """Means of real voxels in blocks of ``steps``, the foreground, and their grid, which covers all of the volume."""
    values = volume.array.astype(np.float32)
    real = np.ones(values.shape, np.float32) if volume.valid is None else volume.valid.astype(np.float32)
    sums, counts = np.where(real > 0, values, 0), real
    for axis, step in enumerate(steps):
        starts = np.arange(0, values.shape[axis], step)
        sums, counts = (np.add.reduceat(one, starts, axis=axis) for one in (sums, counts))
    coarse = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
    affine = volume.grid.affine @ np.diag([*steps, 1.0])
    affine[:3, 3] = (volume.grid.affine @ [*((step - 1) / 2 for step in steps), 1.0])[:3]
    shape = (coarse.shape[0], coarse.shape[1], coarse.shape[2])
    mask = (coarse > max(0.0, otsu_threshold(volume))) & (counts > 0)
    if not mask.any():
        raise WrongUse(
            "bias_field: no foreground with values above 0",
            expected="MR as it was measured",
            advice="Put the step before zscore and the like.",
        )
    return coarse, mask, Grid(shape, affine)
