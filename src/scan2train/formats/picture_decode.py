"""A picture's pixels, decoded in a process that may die of them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.decoder.decode import decoded
from scan2train.decoder.task import Kept, Run, Task
from scan2train.formats import picture_pillow, picture_png, picture_tiff
from scan2train.formats.header import ImageHeader


def decode(path: Path, header: ImageHeader) -> npt.NDArray[Any]:
    """All pages of a picture whose header was read, ``(page, row, column[, c])``.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile
        If the data are broken or cut short, the pages differ in size, or the decoder dies of them.
    """
    width, height, pages = header.grid.shape
    pages *= header.volumes
    shape = (pages, height, width, header.channels)[: 3 if header.channels == 1 else 4]
    size = width * height * pages * header.channels * header.dtype.itemsize
    task = Task((path,), size, str(path))
    with closing(decoded(Run(decode_into, header.format), [task])) as all_of_it:
        return next(all_of_it).data.view(header.dtype).reshape(shape).copy()


def decode_into(kept: Kept, out: npt.NDArray[np.uint8], word: str, path: Path) -> tuple[str, ...]:  # noqa: ARG001
    """Fill ``out`` with the pixels of all pages; raises as :func:`decode`."""
    pixels: npt.NDArray[Any]
    if word == "png":
        pixels = picture_png.decode(path, picture_png.examine(path))
    elif word == "tiff":
        pixels = picture_tiff.decode(path, picture_tiff.examine(path))
    else:
        pixels = picture_pillow.decode(path, word, picture_pillow.examine(path, word))
    out[:] = np.ascontiguousarray(pixels).reshape(-1).view(np.uint8)
    return ()
