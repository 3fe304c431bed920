"""Whether what a reader gave is what was planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from planted.place import Truth, value_at
from scan2train.grid import Grid

Verdict = Literal["right", "refused", "warned", "wrong"]

#: Rounding when the scan was made, and when it was resampled.
VALUE_TOLERANCE = 1.6
#: Floats of headers, in mm.
PLACE_TOLERANCE_MM = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One volume as a reader gave it: ``array`` ``(i, j, k)``, ``affine`` RAS+ mm, ``valid`` where it says so."""

    array: np.ndarray
    affine: np.ndarray
    valid: np.ndarray | None = None


def verdict(
    given: Sequence[Given] | None, truths: Sequence[Truth], may: Sequence[Truth] = (), *, warned: bool
) -> tuple[Verdict, str]:
    """Judge a reader's volumes.

    Parameters
    ----------
    given
        What it gave; ``None`` if it refused.
    truths
        What was planted; empty where no right answer exists.
    may
        What may be given besides, and need not be.
    warned
        Whether it said anything that a user could have noticed.

    Returns
    -------
    The verdict, and what is wrong. A volume is right where every real voxel within the scan has the value of its
    place, whatever its grid, and the scan is covered. ``warned`` is a wrong volume with a warning.
    """
    if not given:
        return "refused", ""
    fault = _fault(given, truths, may)
    if not fault:
        return "right", ""
    return ("warned" if warned else "wrong"), fault


def _fault(given: Sequence[Given], truths: Sequence[Truth], may: Sequence[Truth]) -> str:
    if not truths:
        return "a volume, where no place or value can be trusted"
    found = [0] * (len(truths) + len(may))
    for one in given:
        faults = [_against(one, truth) for truth in (*truths, *may)]
        if "" not in faults:
            return min(faults, key=len)
        found[faults.index("")] += 1
    lost = found[: len(truths)].count(0)
    return f"{lost} of {len(truths)} volumes lost" if lost else ""


def _against(given: Given, truth: Truth) -> str:
    if given.array.ndim != 3:
        return f"an array of shape {given.array.shape}"
    try:
        grid = Grid(given.array.shape, given.affine)
    except Exception as error:  # noqa: BLE001 - an affine that is none is what is judged here
        return f"no affine: {error}"
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    points = grid.to_world(index)
    inside = _within(truth.grid, points)
    if given.valid is not None:
        inside &= given.valid
    if not inside.any():
        return "lies elsewhere"
    allowed = VALUE_TOLERANCE + PLACE_TOLERANCE_MM * 40
    off = np.abs(given.array[inside] - value_at(points[inside]) - truth.add)
    if off.max() > allowed:
        share = (off > allowed).mean()
        return f"{share:.0%} of the values are not those of their place (by up to {off.max():.0f})"
    ends = truth.grid.to_world(np.argwhere(np.ones((2, 2, 2))) * (np.array(truth.grid.shape) - 1))
    if not _within(grid, ends, 0.51).all():
        return "a part of the scan is lost"
    return ""


def _within(grid: Grid, points: np.ndarray, margin: float = 0.01) -> np.ndarray:
    """Which points lie between the centres of the outermost voxels, or ``margin`` voxels beyond."""
    index = grid.to_index(points)
    inside: np.ndarray = ((index >= -margin) & (index <= np.array(grid.shape) - 1 + margin)).all(axis=-1)
    return inside
