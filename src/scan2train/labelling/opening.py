"""A mask that is there already, opened on its image to be edited."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from scan2train.errors import GridMismatch
from scan2train.knowledge.tolerances import LAB001_SILENT_VOXELS
from scan2train.labelling.label_map import LabelMap
from scan2train.labelling.sidecar import read_sidecar
from scan2train.reading.labels_on import labels_on
from scan2train.volume import Labels, Volume

Source = Labels | str | os.PathLike[str]


def open_labels(
    image: Volume, source: Source | None = None, *, onto_grid: bool = False, beside: Path | None = None
) -> tuple[LabelMap, str]:
    """A label map on an image's grid, from a mask or empty.

    Parameters
    ----------
    image
        The image.
    source
        A mask, or a file of one; also a DICOM SEG, or contours drawn on the image. ``None`` for an empty map.
    onto_grid
        Bring a mask that lies on another grid onto the image's: each label is interpolated as a picture of its own,
        and the largest wins.
    beside
        The file that the mask was read from, beside which its names may be kept; ``source`` itself, if it is a path.

    Returns
    -------
    The map, and what was done to the mask to fit, in words; empty where nothing was.

    Raises
    ------
    GridMismatch
        If the mask lies on another grid and is not to be brought onto the image's.
    Scan2TrainError
        As :func:`scan2train.read.read`.
    """
    if source is None:
        return LabelMap(image), ""
    try:
        labels = labels_on(source, image)
        told = _nearly(image.grid.distance_in_voxels(labels.grid)) + _overlapping(labels)
    except GridMismatch as error:
        if not onto_grid:
            raise GridMismatch(
                error.message,
                where=error.where,
                expected=error.expected,
                found=error.found,
                advice="Ask for it to be brought onto the image's grid, or open the image that it was drawn on.",
            ) from error
        labels, told = _brought(source, image)
    place = beside if isinstance(source, Labels) else Path(source)
    notes = None if place is None else read_sidecar(place)
    if notes is None:
        return LabelMap(image, labels), told
    named = labels.replace(names={**labels.names, **{one.value: one.name for one in notes}})
    return LabelMap(image, named, {one.value: one.colour for one in notes}), told


def _nearly(apart: float) -> str:
    if apart <= LAB001_SILENT_VOXELS:
        return ""
    return (
        f"The mask's corners lie {apart:.2g} voxels from the image's; it was taken voxel for voxel, and is saved on "
        "the image's grid."
    )


def _overlapping(labels: Labels) -> str:
    hidden = labels.meta.get("hidden_by_overlap", 0)
    if not hidden:
        return ""
    return (
        f"Regions overlap in {hidden} voxels, and a voxel has one label here: the smallest region has them, and what "
        "is saved has no overlap any more."
    )


def _brought(source: Source, image: Volume) -> tuple[Labels, str]:
    from scan2train.read import read
    from scan2train.steps.to_grid import ToGrid

    found = source if isinstance(source, Labels) else read(source, as_labels=True)
    grid = image.grid
    moved = ToGrid(shape=grid.shape, affine=tuple(grid.affine.ravel().tolist()))(found)
    assert isinstance(moved, Labels)
    before, after = (int(np.count_nonzero(one.array)) for one in (found, moved))
    told = (
        f"The mask lay on another grid ({found.grid!r}) and was sampled onto the image's ({grid!r}): "
        f"{before} labelled voxels there became {after} here. Look at its edges."
    )
    return moved.replace(valid=None), told
