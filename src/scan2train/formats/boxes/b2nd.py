"""Boxes of a ``.b2nd`` file, which stays mapped."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import blosc2

from scan2train.errors import NonconformingHeader, NotAnImage, UnreadableFile
from scan2train.formats.b2nd_frame import examine
from scan2train.formats.regular import open_regular
from scan2train.volume import Array


class B2ndBoxes:
    """One array; its frame was judged before the library saw it."""

    whole = False

    def __init__(self, array: Any, path: Path) -> None:
        self._array = array
        self._path = path
        self.shape: tuple[int, ...] = tuple(array.shape)

    def read(self, start: tuple[int, int, int], size: tuple[int, int, int]) -> Array:
        """The box, in C order."""
        place = tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))
        try:
            box: Array = self._array[place]
        except Exception as error:  # whatever the library raises on broken input
            raise UnreadableFile(f"cannot be decoded: {error}", where=self._path) from error
        return box


def open_boxes(path: Path) -> B2ndBoxes:
    """Open the file. Raises as reading it whole does."""
    with open_regular(path) as file:
        if not file.seek(0, 2):
            raise UnreadableFile("is empty", where=path)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            frame = examine(data, path)
    if len(frame.shape) not in {3, 4}:
        raise NotAnImage("an array, but no volume", where=path, found=f"shape {frame.shape}")
    try:
        # One thread: workers are many, and threads of a library do not outlive a fork.
        array = blosc2.open(str(path), mode="r", mmap_mode="r", dparams={"nthreads": 1})
    except Exception as error:  # whatever the library raises on broken input
        raise UnreadableFile(f"the frame is broken: {error}", where=path) from error
    if array.shape != frame.shape or array.dtype != frame.dtype:
        raise NonconformingHeader("the frame contradicts itself", where=path, found=f"shape {array.shape}")
    return B2ndBoxes(array, path)
