"""Labels for an image that is there: given as they are or as a file, and on its grid or refused."""

from __future__ import annotations

import os
from math import inf
from pathlib import Path
from typing import Any

from scan2train.errors import GridMismatch, WrongUse
from scan2train.knowledge.tolerances import LAB001_INFO_VOXELS
from scan2train.read import read
from scan2train.volume import Labels, Volume


def labels_on(labels: Labels | str | os.PathLike[str], volume: Volume) -> Labels:
    """Labels, or those of a file, that lie on the grid of ``volume``: also a DICOM SEG, or contours drawn on it.

    Raises
    ------
    GridMismatch
        If they lie on another one.
    WrongUse
        If they are no labels.
    Scan2TrainError
        As :func:`scan2train.read.read`.
    """
    if isinstance(labels, (str, os.PathLike)):
        from scan2train.formats.sniff import sniff_file

        # Contours have no grid of their own; that of a mask in a file must be the image's.
        path = Path(labels)
        dicom = path.is_dir() or (path.exists() and sniff_file(path) == "dicom")
        read_labels: Any = read(path, as_labels=True, reference=volume if dicom else None)
    else:
        read_labels = labels
    if not isinstance(read_labels, Labels):
        raise WrongUse("labels are Labels, or a file of them", found=type(labels).__name__)
    distance = volume.grid.distance_in_voxels(read_labels.grid)
    if distance > LAB001_INFO_VOXELS:
        raise GridMismatch(
            "the labels lie on another grid than the image",
            where=None if isinstance(labels, Labels) else labels,
            expected=repr(volume.grid),
            found=repr(read_labels.grid)
            if distance == inf
            else f"{read_labels.grid!r}, corners up to {distance:.3g} voxels apart",
            advice="Bring them onto it first: prepare does so, as does the step to_grid; or name the image that they "
            "were drawn on.",
        )
    return read_labels
