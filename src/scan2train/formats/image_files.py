"""The files that one image consists of, told from its header."""

from __future__ import annotations

from pathlib import Path

from scan2train.errors import Scan2TrainError
from scan2train.formats.registry import by_format
from scan2train.formats.sniff import ZARR_METADATA, sniff_file


def image_files(file: Path) -> list[Path]:
    """The file of an image, and those that hold its voxels where they are detached; of a folder of Zarr all its files.

    A file that cannot be read stands for itself: reading it will say why.
    """
    if file.is_dir():
        file = file / ZARR_METADATA
    try:
        word = sniff_file(file)
        return [file] if word in (None, "dicom") else list(by_format(str(word)).read_header(file).files)
    except (Scan2TrainError, OSError):
        return [file]
