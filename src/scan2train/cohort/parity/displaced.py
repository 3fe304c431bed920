"""How far a reader moved voxels, and in what way: what its affine says of them against where they lie."""

from __future__ import annotations

from itertools import product

import numpy as np

from scan2train.cohort.parity.same_voxel import Same
from scan2train.grid import FloatArray, Grid

#: Changes below these are rounding: of lengths (as a share), of cosines between axes, of directions (as a cosine).
_LENGTH, _SHEAR, _TURN = 1e-3, 1e-3, 1 - 1e-6


def displaced(truth: Grid, other: FloatArray | None, same: Same) -> tuple[float | None, str, str]:
    """The largest distance in mm between where two affines put the same voxel, what happened, and a sentence.

    ``None`` where there is no patient geometry to compare.
    """
    if not truth.physical:
        return None, "", ""
    if other is None:
        return None, "no-place", "gives no affine"
    distances = []
    for c, k in enumerate(same.of[2]):
        for a, b in product((0, len(same.of[0]) - 1), (0, len(same.of[1]) - 1)):
            mine, theirs = same.index(a, b, c)
            there = theirs @ other[:3, :3].T + other[:3, 3]
            distances.append((float(np.linalg.norm(there - truth.to_world(mine))), int(k)))
    moved, k = max(distances, key=lambda one: one[0])
    n = truth.shape[2]
    far = f"{moved:.3g} mm from where it was" if moved < 1000 else f"{moved / 1000:.3g} m from where it was"
    where = f"a voxel of slice {k + 1} of {n} lies {far}" if n > 1 else f"a voxel lies {far}"
    kind, what = _how(truth, other, same)
    return moved, kind, f"{what}: {where}"


def _how(truth: Grid, other: FloatArray, same: Same) -> tuple[str, str]:
    steps = np.diff(same.at[2])
    if len(steps) and (steps <= 0).any() and (steps >= 0).any():
        return "slice-order", "puts slices in another order"
    theirs = _in_order_of(other, same)
    mine = truth.affine[:3, :3]
    if np.array_equal(np.abs(other), np.eye(4)) and not np.allclose(np.abs(truth.affine), np.eye(4)):
        return "no-place", "gives an affine that knows neither spacing nor place"
    lengths = np.linalg.norm(theirs, axis=0), np.linalg.norm(mine, axis=0)
    mirror = _mirrored(truth, theirs)
    if mirror:
        return "mirrored", mirror
    if truth.shear > _SHEAR > _shear(theirs):
        return "shear", "drops the shear of the grid"
    apart = np.abs(lengths[0] / lengths[1] - 1)
    if apart[2] > _LENGTH and truth.shape[2] > 1:
        return "slice-spacing", f"puts slices {lengths[0][2]:.4g} mm apart in place of {lengths[1][2]:.4g}"
    if apart[:2].max() > _LENGTH:
        pair = " × ".join(f"{one:.4g}" for one in lengths[0][:2])
        own = " × ".join(f"{one:.4g}" for one in lengths[1][:2])
        return "pixel-spacing", f"makes pixels {pair} mm in place of {own}"
    cosines = (theirs / lengths[0] * (mine / lengths[1])).sum(axis=0)
    if (cosines[:2] < _TURN).any() or (truth.shape[2] > 1 and cosines[2] < _TURN):
        return "direction", "turns the volume"
    return "origin", "moves the volume"


def _in_order_of(other: FloatArray, same: Same) -> FloatArray:
    """The other's steps along the axes of the truth, as it walks them."""
    columns = []
    for axis in range(3):
        of, at = same.of[axis], same.at[axis]
        step = (at[-1] - at[0]) / (of[-1] - of[0]) if len(of) > 1 else 1.0
        columns.append(other[:3, same.order[axis]] * step)
    found: FloatArray = np.stack(columns, axis=1)
    return found


def _mirrored(truth: Grid, theirs: FloatArray) -> str:
    """Which world axes are counted the other way, where that is all there is to it."""
    for signs in product((1.0, -1.0), repeat=3):
        if signs != (1.0, 1.0, 1.0) and np.allclose(
            np.array(signs)[:, None] * theirs, truth.affine[:3, :3], atol=1e-3
        ):
            names = [name for name, sign in zip("xyz", signs, strict=True) if sign < 0]
            if names == ["x", "y"]:
                return "takes LPS for RAS: left and right, front and back are exchanged"
            return f"counts {' and '.join(names)} the other way"
    return ""


def _shear(axes: FloatArray) -> float:
    unit = axes / np.linalg.norm(axes, axis=0)
    cosines = unit.T @ unit
    return float(np.abs(cosines - np.diag(np.diag(cosines))).max())
