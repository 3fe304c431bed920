"""Writing pictures, where nothing would be lost without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.formats.atomic import replacing
from scan2train.formats.picture_tiff_write import write_tiff
from scan2train.formats.registry import suffix_of
from scan2train.volume import Volume

_TYPES = {
    ".png": ("u1", "u2"),
    ".jpg": ("u1",),
    ".jpeg": ("u1",),
    ".tif": ("u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"),
    ".tiff": ("u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"),
}
#: Suffixes of pictures that can have several pages.
_PAGES = (".tif", ".tiff")
_CHANNELS = {".jpg": (1, 3), ".jpeg": (1, 3)}
#: Of 100; JPEG loses a little even so.
_JPEG_QUALITY = 95


def write(volume: Volume, path: Path) -> None:
    """Write one slice as ``.png`` or ``.jpg``, or any as the pages of a ``.tif``; columns are i, rows are j.

    PNG holds 8 and 16 bits without sign, TIFF floats and signs too; both keep every value. JPEG keeps 8 bits
    roughly (quality 95). A picture does not say where in a patient it lies: write NIfTI beside it to keep that.

    Raises
    ------
    WrongUse
        If there are several slices, or the values would not survive.
    """
    suffix = suffix_of(path)
    pixels = volume.array.astype(np.uint8) if volume.array.dtype == np.bool_ else volume.array
    if volume.grid.shape[2] != 1 and suffix not in _PAGES:
        raise WrongUse(
            "a picture of this kind holds one slice",
            where=path,
            expected="shape (i, j, 1), or a .tif",
            found=volume.grid.shape,
        )
    kind = pixels.dtype.newbyteorder("=").str[1:]
    if kind not in _TYPES[suffix]:
        raise WrongUse(
            f"{suffix} does not hold values of type {pixels.dtype}",
            where=path,
            expected=" or ".join(np.dtype(name).name for name in _TYPES[suffix]),
            advice="Window and rescale it to whole numbers first (steps clip and rescale), or write .nii.gz.",
        )
    channels = pixels.shape[3] if pixels.ndim > 3 else 1
    if channels not in _CHANNELS.get(suffix, (1, 3, 4)):
        raise WrongUse(f"{suffix} does not hold {channels} channels", where=path)
    pages = np.swapaxes(pixels, 0, 2)
    with replacing(path) as file:
        if suffix in _PAGES:
            write_tiff(pages, file, path)
        else:
            file.write(_encode(np.ascontiguousarray(pages[0], pages.dtype.newbyteorder("=")), suffix))


def _encode(rows: npt.NDArray[Any], suffix: str) -> bytes:
    if suffix == ".png":
        return bytes(imagecodecs.png_encode(rows))
    return bytes(imagecodecs.jpeg8_encode(rows, level=_JPEG_QUALITY))
