"""How far apart the surfaces of two masks are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.measures.surface_area import element_areas
from scan2train.volume import Array

Floats = npt.NDArray[np.float64]
Box = tuple[slice, slice, slice]

#: Steps along an axis are counted in 16 bits.
_LONGEST = 24_000
#: Equal to a tolerance, for distances that are sums of rounded steps.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class SurfaceDistances:
    """For each element of either surface the distance to the other one, and its weight: its area, or 1.

    ``by_voxel``: elements are voxels that all weigh the same, and percentiles are interpolated between them.
    """

    truth: Floats
    truth_weights: Floats
    prediction: Floats
    prediction_weights: Floats
    by_voxel: bool = False

    def hausdorff(self, percent: float = 100.0) -> float:
        """The larger of the two directed distances that ``percent`` of a surface do not exceed."""
        return max(
            _percentile(self.truth, self.truth_weights, percent, by_voxel=self.by_voxel),
            _percentile(self.prediction, self.prediction_weights, percent, by_voxel=self.by_voxel),
        )

    @cached_property
    def means(self) -> tuple[float, float]:
        """Mean distance from the truth's surface to the prediction's, and back."""
        return (
            _mean(self.truth, self.truth_weights),
            _mean(self.prediction, self.prediction_weights),
        )

    @property
    def assd(self) -> float:
        """Mean over both surfaces together."""
        weights = self._sizes
        return (self.means[0] * weights[0] + self.means[1] * weights[1]) / sum(weights)

    @property
    def masd(self) -> float:
        """Mean of the two directed means."""
        return sum(self.means) / 2

    def within(self, tolerance: float) -> float:
        """The share of both surfaces that is no farther than ``tolerance`` from the other one."""
        most = tolerance * (1 + _ROUNDING)
        near = self.truth_weights.sum(where=self.truth <= most)
        near += self.prediction_weights.sum(where=self.prediction <= most)
        return float(near / sum(self._sizes))

    @cached_property
    def _sizes(self) -> tuple[float, float]:
        return float(self.truth_weights.sum()), float(self.prediction_weights.sum())


def surface_distances(
    prediction: Array,
    truth: Array,
    value: int,
    box: Box,
    steps: tuple[float, float, float],
    *,
    by_voxel: bool = False,
) -> SurfaceDistances:
    """Distances between the surfaces of one label in two masks that both have it.

    Parameters
    ----------
    prediction, truth
        In C order, of one type, uint8 or uint16; the three axes may be any.
    value
        The label.
    box
        What holds all of it in both masks, along the axes.
    steps
        Spacing along the axes, which are orthogonal.
    by_voxel
        The surface is the voxels with background across one of their faces, each of the same weight. Else it is the
        elements between eight voxels, by area.

    Returns
    -------
    Distances in the unit of ``steps``. Beyond the masks lies background, so that where a label reaches the edge of the
    field of view there is a surface. Along an axis of one voxel there is none: the label of a picture has a contour.

    Raises
    ------
    WrongUse
        If the label spans more than 24 000 voxels along an axis.
    """
    from scan2train.kernels.nearest_distances import nearest_distances
    from scan2train.kernels.surface_elements import surface_elements

    ends = np.array([end for part in box for end in (part.start, part.stop)], np.int64)
    if max(part.stop - part.start for part in box) > _LONGEST:
        raise WrongUse(
            "the label is too large", expected=f"at most {_LONGEST} voxels along an axis", found=box
        )
    flat = np.array([n == 1 for n in truth.shape], np.uint8)
    shape = [part.stop - part.start for part in box]
    if not by_voxel:
        shape = [n + 1 - int(one) for n, one in zip(shape, flat, strict=True)]
    areas = np.ones(256) if by_voxel else element_areas(steps)
    a, a_bits, a_starts = surface_elements(truth, truth.dtype.type(value), ends, flat, by_voxel)
    b, b_bits, b_starts = surface_elements(prediction, truth.dtype.type(value), ends, flat, by_voxel)
    size, apart = np.array(shape, np.int64), np.array(steps, np.float64)
    return SurfaceDistances(
        truth=nearest_distances(b, b_starts, a, a_starts, size, apart),
        truth_weights=areas[a_bits],
        prediction=nearest_distances(a, a_starts, b, b_starts, size, apart),
        prediction_weights=areas[b_bits],
        by_voxel=by_voxel,
    )


def _mean(distances: Floats, weights: Floats) -> float:
    return float((distances * weights).sum() / weights.sum())


def _percentile(distances: Floats, weights: Floats, percent: float, *, by_voxel: bool) -> float:
    """The smallest distance that ``percent`` of the weight does not exceed; between voxels it is interpolated."""
    if percent >= 100:
        return float(distances.max())
    if by_voxel:
        return float(np.percentile(distances, percent))
    order = np.argsort(distances)
    shares = np.cumsum(weights[order])
    at = int(np.searchsorted(shares, percent / 100 * shares[-1]))
    return float(distances[order[min(at, len(order) - 1)]])
