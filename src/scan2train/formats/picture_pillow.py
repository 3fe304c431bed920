"""JPEG, TIFF, BMP and GIF, as Pillow and libtiff decode them, within limits set before they begin."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, ImageSequence

from scan2train.errors import HostileFile, NonconformingHeader, Scan2TrainError, UnreadableFile
from scan2train.formats.picture_limits import check_pixels
from scan2train.formats.regular import open_regular

_FORMATS = {"jpeg": "JPEG", "tiff": "TIFF", "bmp": "BMP", "gif": "GIF"}
#: Pillow's modes that hold a value per pixel as it was stored, and how many channels each has.
_MODES = {"1": 1, "L": 1, "I;16": 1, "I;16B": 1, "I": 1, "F": 1, "LA": 2, "RGB": 3, "RGBA": 4, "P": 3}
_PALETTE = "P"
#: Largest ratio of decoded to stored bytes once a picture is not small any more; blank fax pages reach it.
_MOST_RATIO, _SMALL = 2000, 64 << 20


class Pages(NamedTuple):
    """Size, number of pages, channels and type of a picture, and the mode that Pillow gives it."""

    width: int
    height: int
    pages: int
    channels: int
    dtype: np.dtype[Any]
    mode: str


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
            dtype, channels = _tiff_type(image) if word == "tiff" else _pillow_type(image)
    except Scan2TrainError as error:
        error.where = str(path)
        raise
    except Exception as error:  # whatever a decoder raises on broken input
        raise UnreadableFile(f"is no readable {word}: {error}", where=path) from error
    check_pixels(path, width, height, pages)
    decoded = width * height * pages * channels * dtype.itemsize
    if decoded > max(_SMALL, _MOST_RATIO * len(data)):
        raise HostileFile("the picture would swell far beyond its file", where=path, found=f"{decoded} bytes")
    return Pages(width, height, pages, channels, dtype, mode)


def decode(path: Path, word: str, pages: Pages) -> npt.NDArray[Any]:
    """All pages, ``(page, row, column[, c])``.

    Raises
    ------
    UnreadableFile, NonconformingHeader
        If the data are broken or cut short, or the pages differ in size.
    """
    data = _bytes(path)
    try:
        found = _tiff(data, pages) if word == "tiff" else _pillow(data, word, pages)
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


def _pillow_type(image: Image.Image) -> tuple[np.dtype[Any], int]:
    if image.mode not in _MODES:
        raise NonconformingHeader(
            "colours that are not read", expected="grey, RGB or palette", found=image.mode
        )
    return np.dtype(np.uint8), _MODES[image.mode]


def _tiff_type(image: Image.Image) -> tuple[np.dtype[Any], int]:
    """Type by BitsPerSample (258) and SampleFormat (339), channels by SamplesPerPixel (277); TIFF 6.0, section 8."""
    tags: Any = image.tag_v2  # type: ignore[attr-defined]
    bits, kind, samples = tags.get(258, (1,)), tags.get(339, (1,)), int(tags.get(277, 1))
    name = {1: "u", 2: "i", 3: "f"}.get(kind[0])
    if len({*bits}) != 1 or name is None or bits[0] not in {8, 16, 32, 64} or tags.get(262) not in {0, 1, 2}:
        raise NonconformingHeader(
            "a kind of TIFF that is not read",
            expected="grey or RGB in 8, 16, 32 or 64 bits",
            found=f"bits {bits}, sample format {kind}, photometric {tags.get(262)}",
        )
    return np.dtype(f"{name}{bits[0] // 8}"), samples


def _tiff(data: bytes, pages: Pages) -> npt.NDArray[Any]:
    found = [np.asarray(imagecodecs.tiff_decode(data, index=page)) for page in range(pages.pages)]
    return np.stack(found).astype(pages.dtype, copy=False)


def _pillow(data: bytes, word: str, pages: Pages) -> npt.NDArray[Any]:
    with _open(data, word) as image, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        colour = pages.mode == _PALETTE
        frames = [
            np.asarray(frame.convert("RGB") if colour else frame).astype(np.uint8)
            for frame in ImageSequence.Iterator(image)
        ]
    return np.stack(frames)
