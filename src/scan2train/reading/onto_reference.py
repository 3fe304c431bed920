"""Labels that have a grid of their own, voxel for voxel on that of the image that they belong to."""

from __future__ import annotations

from typing import Any

from scan2train.errors import GridMismatch
from scan2train.reading.reference import reference_of
from scan2train.sampling.same_lattice import on_lattice
from scan2train.volume import Labels


def onto_reference(labels: Labels, given: Any) -> Labels:
    """Give the labels on the grid of the reference, turned over, cut or padded; nothing is resampled.

    Where neither has a place in a patient, as with pictures, pixels are taken by their indices.

    Raises
    ------
    GridMismatch
        If they do not lie in its voxels, or something that is not 0 lies beyond them.
    Scan2TrainError
        If the reference cannot be read.
    """
    grid = reference_of(given).grid
    if not labels.grid.physical and not grid.physical and labels.grid.shape == grid.shape:
        return labels.replace(grid=grid)
    if not (labels.grid.physical and grid.physical):
        raise GridMismatch(
            "the labels do not lie in the voxels of the image that they belong to",
            expected=repr(grid),
            found=f"{labels.grid!r}: of the two only one has a place in a patient, or their sizes differ",
            advice="Give the image that was labelled, or the labels with its geometry.",
        )
    return on_lattice(labels, grid)
