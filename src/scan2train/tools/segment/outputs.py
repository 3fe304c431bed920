"""What is written of a segmentation: labels, and the scan masked or cropped for a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.formats.registry import suffix_of
from scan2train.grid import Grid
from scan2train.measures.distances import box_around
from scan2train.volume import Labels, Volume


def masked(volume: Volume, labels: Labels, fill: float) -> Volume:
    """The scan with ``fill`` (HU) wherever no label is.

    Raises
    ------
    WrongUse
        If the type of the scan's values does not hold ``fill``.
    """
    kind: Any = volume.array.dtype
    if kind.kind in "iu" and not (
        float(fill).is_integer() and np.iinfo(kind).min <= fill <= np.iinfo(kind).max
    ):
        raise WrongUse(
            f"--fill {fill:g} is no value of this scan", expected=f"a whole number that fits {kind}"
        )
    array = np.where(labels.array.T > 0, volume.array.T, kind.type(fill)).T
    return volume.replace(array=array)


def cropped(volume: Volume, labels: Labels, margin_mm: float) -> tuple[Volume, Labels]:
    """Scan and labels in the box around the labels and ``margin_mm`` on each side, as far as the scan goes."""
    spacing = volume.grid.spacing
    box = box_around(labels.array > 0, [int(margin_mm / one + 0.5) for one in spacing])
    move = np.eye(4)
    move[:3, 3] = [part.start for part in box]
    sizes = [part.stop - part.start for part in box]
    grid = Grid((sizes[0], sizes[1], sizes[2]), volume.grid.affine @ move)
    valid = None if volume.valid is None else volume.valid[box]
    return (
        volume.replace(array=volume.array[box], grid=grid, valid=valid),
        labels.replace(array=labels.array[box], grid=grid),
    )


def labels_beside(path: Path) -> Path:
    """Where the labels of a cropped scan lie: ``case.nii.gz`` → ``case-labels.nii.gz``."""
    suffix = suffix_of(path)
    return path.with_name(f"{path.name.removesuffix(suffix)}-labels{suffix}")
