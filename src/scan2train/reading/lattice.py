"""The regular grid among the true places of uneven slices, and where on it each of them lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scan2train.grid import Grid
from scan2train.knowledge.tolerances import GEO003_INFO_MM, GEO003_INFO_PART
from scan2train.reading.copies import place_groups, without_copies
from scan2train.reading.slices_of import FloatArray, Row, places_of
from scan2train.stacking.even_runs import usual_step
from scan2train.stacking.regularity import UNEVEN

#: A slice of the grid that is further than this from every real one, in usual gaps, is invented.
_NEAR = 0.5
_ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Lattice:
    """A regular ``grid``, and ``n`` real slices beside it.

    ``at`` is where each real slice lies along k, rising, in slices of the grid; ``shift`` ``(n, 2)`` how far it is
    shifted within its plane along i and j, in voxels. Both are whole, or 0, where they are so up to what a regular
    stack may have: such slices are taken as they are.
    """

    grid: Grid
    at: FloatArray
    shift: FloatArray

    @property
    def invented(self) -> npt.NDArray[np.bool_]:
        """Which slices of the grid are further than half a gap from every real one."""
        every = np.arange(self.grid.shape[2])
        after = np.searchsorted(self.at, every).clip(0, len(self.at) - 1)
        before = (after - 1).clip(0)
        nearest = np.minimum(np.abs(self.at[after] - every), np.abs(self.at[before] - every))
        far: npt.NDArray[np.bool_] = nearest > _NEAR + _ROUNDING
        return far


def regular_grid(row: Row) -> tuple[Row, Lattice | None]:
    """The row without copies of its slices, and the grid that it is to be resampled to; none where it needs none."""
    if row["irregular"] not in UNEVEN or row["member_origin_mm"] is None:
        return row, None
    single = without_copies(row) if row["irregular"] == "duplicate-positions" else row
    lattice = lattice_of(single) if single["irregular"] else None
    return (row, None) if lattice is None else (single, lattice)


def lattice_of(row: Row) -> Lattice | None:
    """The regular grid that a row's uneven slices are to be resampled to.

    It begins at the true place of the first slice, and goes on by the usual gap as far as there are slices. A tilted
    stack gets a tilted grid.

    Returns
    -------
    None where two slices lie at one place, where there is no second place, or where more slices would be invented than
    are there.
    """
    origin, normal = places_of(row)
    if len(origin) < 2 or any(len(group) > 1 for group in place_groups(row)):
        return None
    step = usual_step(origin, normal)
    gap = float(step @ normal)
    near = min(GEO003_INFO_MM, GEO003_INFO_PART * gap)
    along = (origin - origin[0]) @ normal / gap
    n = int(np.floor(along[-1] + near / gap)) + 1
    if n > 2 * len(origin):
        return None
    whole = np.rint(along)
    at = np.where(np.abs(along - whole) * gap <= near, whole, along)
    affine = np.reshape(row["affine"], (4, 4)).copy()
    affine[:3, 2], affine[:3, 3] = step, origin[0]
    aside = origin - origin[0] - np.outer(along, step)
    aside[np.linalg.norm(aside, axis=1) <= GEO003_INFO_MM] = 0
    shift = aside @ np.linalg.pinv(affine[:3, :2]).T
    return Lattice(grid=Grid((row["size_i"], row["size_j"], n), affine), at=at, shift=shift)
