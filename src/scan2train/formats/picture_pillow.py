"""JPEG, BMP and GIF, as Pillow decodes them, within limits set before it begins."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, ImageSequence

from scan2train.errors import NonconformingHeader, Scan2TrainError, UnreadableFile
from scan2train.formats.picture_limits import Pages, check_pixels, check_ratio
from scan2train.formats.regular import open_regular

_FORMATS = {"jpeg": "JPEG", "bmp": "BMP", "gif": "GIF"}
#: Pillow's modes that hold a value per pixel as it was stored, and how many channels each has.
_MODES = {"1": 1, "L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "P": 3, "CMYK": 3}
#: Modes that are read as red, green and blue: places in a palette, and the inks of a print.
_AS_RGB = ("P", "CMYK")
_ORIENTATION = 274


def examine(path: Path, word: str) -> Pages:
    """Read sizes and types without decoding.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile
        If the header is broken, of a kind that is not read, or promises too much.
    """
    data = _bytes(path)
    try:
        with _open(data, word) as image:
            width, height, mode = *image.size, image.mode
            pages = int(getattr(image, "n_frames", 1))
            channels = _channels(image)
            turned = int(image.getexif().get(_ORIENTATION, 1)) if word == "jpeg" else 1
    except Scan2TrainError as error:
        error.where = str(path)
        raise
    except Exception as error:  # whatever a decoder raises on broken input
        raise UnreadableFile(f"is no readable {word}: {error}", where=path) from error
    check_pixels(path, width, height, pages)
    check_ratio(path, width * height * pages * channels, len(data))
    return Pages(width, height, pages, channels, np.dtype(np.uint8), mode, turned)


def decode(path: Path, word: str, pages: Pages) -> npt.NDArray[Any]:
    """All pages, ``(page, row, column[, c])``.

    Raises
    ------
    UnreadableFile, NonconformingHeader
        If the data are broken or cut short, or the pages differ in size.
    """
    data = _bytes(path)
    try:
        found = _frames(data, word, pages)
    except Exception as error:  # whatever a decoder raises on broken input
        raise UnreadableFile(f"cannot be decoded: {error}", where=path) from error
    shape = (pages.pages, pages.height, pages.width)
    if found.shape != (shape if pages.channels == 1 else (*shape, pages.channels)):
        raise NonconformingHeader(
            "the pages differ in size or kind", where=path, expected=shape, found=found.shape
        )
    return found


def _bytes(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.readall()


def _open(data: bytes, word: str) -> ImageFile.ImageFile:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(BytesIO(data), formats=[_FORMATS[word]])


def _channels(image: Image.Image) -> int:
    if image.mode not in _MODES:
        raise NonconformingHeader(
            "colours that are not read", expected="grey, RGB, CMYK or palette", found=image.mode
        )
    return _MODES[image.mode]


def _frames(data: bytes, word: str, pages: Pages) -> npt.NDArray[Any]:
    with _open(data, word) as image, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        colour = pages.mode in _AS_RGB
        frames = [
            np.asarray(frame.convert("RGB") if colour else frame).astype(np.uint8)
            for frame in ImageSequence.Iterator(image)
        ]
    return np.stack(frames)
