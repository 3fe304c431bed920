"""Labels on a grid that they already lie on, if need be turned over, cut or padded; nothing is interpolated."""

from __future__ import annotations

from itertools import product
from typing import TypeVar

import numpy as np

from scan2train.errors import GridMismatch
from scan2train.grid import Grid
from scan2train.knowledge.tolerances import LAB001_SILENT_VOXELS
from scan2train.sampling.alignment import align, index_map
from scan2train.sampling.exact import pick
from scan2train.volume import Volume

_V = TypeVar("_V", bound=Volume)


def on_lattice(volume: _V, grid: Grid) -> _V:
    """The same voxels on ``grid``, with 0 where there are none.

    Raises
    ------
    GridMismatch
        If they do not lie on its voxels, or something that is not 0 would fall out of it.
    """
    if volume.grid.distance_in_voxels(grid) <= LAB001_SILENT_VOXELS:
        return volume.replace(grid=grid)
    alignment = align(_settled(volume.grid, grid), grid)
    if alignment is None or not alignment.exact:
        raise GridMismatch(
            "the labels do not lie in the voxels of the image that they belong to",
            expected=repr(grid),
            found=repr(volume.grid),
            advice="Bring them back onto it first: restore does, and so does the step to_grid.",
        )
    array, _ = pick(volume.array, alignment, grid, 0)
    lost = int(np.count_nonzero(volume.array)) - int(np.count_nonzero(array))
    if lost:
        raise GridMismatch(
            "labels reach beyond the image that they belong to",
            expected=repr(grid),
            found=f"{lost} voxels outside it",
            advice="Remove them, or give the image that was labelled.",
        )
    return volume.replace(array=array, grid=grid, valid=None)


def _settled(own: Grid, grid: Grid) -> Grid:
    """``own`` with its voxels right on those of ``grid``, where they are off by no more than is silent.

    Files that keep single precision, such as NIfTI, are off by more than rounding of doubles explains.
    """
    matrix = index_map(own, grid)
    whole = np.rint(matrix)
    ends = np.array(list(product(*[(0, n - 1) for n in grid.shape], (1,))), dtype=np.float64)
    if (
        round(abs(np.linalg.det(whole))) != 1
        or np.abs((matrix - whole) @ ends.T).max() > LAB001_SILENT_VOXELS
    ):
        return own
    return Grid(own.shape, grid.affine @ np.rint(np.linalg.inv(whole)), own.physical)
