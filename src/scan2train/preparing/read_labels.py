"""The labels of a case, whatever kind of file they are in."""

from __future__ import annotations

from scan2train.errors import GridMismatch, Scan2TrainError
from scan2train.grid import Grid
from scan2train.read import read
from scan2train.volume import Volume


def read_labels(file: str, image: Volume | Grid) -> Volume:
    """The labels of a file; contours and segments in the voxels of ``image``, or its grid, as far as they fit these.

    Raises
    ------
    Scan2TrainError
        As :func:`scan2train.read.read`.
    """
    try:
        return _read(file, image)
    except Scan2TrainError as error:
        # What is said of values alone does not know whose they are.
        error.where = error.where or file
        raise


def _read(file: str, image: Volume | Grid) -> Volume:
    try:
        return read(file, as_labels=True, reference=image)
    except GridMismatch as error:
        try:
            # A segmentation may be finer or coarser than its image; it has a grid of its own then.
            return read(file, as_labels=True)
        except Scan2TrainError:
            raise error from None
