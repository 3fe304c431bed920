"""Labels on a grid that they already lie on, if need be turned over, cut or padded; nothing is interpolated."""

from __future__ import annotations

import numpy as np

from scan2train.errors import GridMismatch
from scan2train.grid import Grid
from scan2train.knowledge.tolerances import LAB001_SILENT_VOXELS
from scan2train.sampling.alignment import align
from scan2train.sampling.exact import pick
from scan2train.volume import Volume


def on_lattice(volume: Volume, grid: Grid) -> Volume:
    """The same voxels on ``grid``, with 0 where there are none.

    Raises
    ------
    GridMismatch
        If they do not lie on its voxels, or something that is not 0 would fall out of it.
    """
    if volume.grid.distance_in_voxels(grid) <= LAB001_SILENT_VOXELS:
        return volume.replace(grid=grid)
    alignment = align(volume.grid, grid)
    if alignment is None or not alignment.exact:
        raise GridMismatch(
            "the labels do not lie on the grid of the image that they are to be written for",
            expected=repr(grid),
            found=repr(volume.grid),
            advice="Bring them back onto it first: restore does, and so does the step to_grid.",
        )
    array, _ = pick(volume.array, alignment, grid, 0)
    lost = int(np.count_nonzero(volume.array)) - int(np.count_nonzero(array))
    if lost:
        raise GridMismatch(
            "labels reach beyond the image that they are to be written for",
            expected=repr(grid),
            found=f"{lost} voxels outside it",
            advice="Remove them, or give the image that was labelled.",
        )
    return volume.replace(array=array, grid=grid, valid=None)
