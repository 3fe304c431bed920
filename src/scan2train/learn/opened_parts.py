"""The files of cases, opened when they are first needed and kept open, by each process for itself."""

from __future__ import annotations

import os
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from scan2train.formats.boxes import Boxes, open_boxes
from scan2train.volume import Array

#: Files kept open at most: half of what a process may have open by default.
MOST_OPEN = 512
#: Images kept in memory at most, where they can only be read whole.
MOST_WHOLE = 8


class OpenedParts:
    """Boxes of files, by path. Safe to pickle, and to take along through a fork: nothing open crosses either.

    Parameters
    ----------
    patches
        Whether many boxes of a file are read, and not all of it once. Where a store can only be read whole, the last
        eight images then stay in memory, and a warning says so.
    """

    def __init__(self, *, patches: bool = False) -> None:
        self._patches = patches
        self._process = os.getpid()
        self._open: OrderedDict[Path, Boxes] = OrderedDict()

    def read(self, path: Path, start: tuple[int, int, int], size: tuple[int, int, int]) -> Array:
        """A box that lies within the image."""
        return self._boxes(path).read(start, size)

    def _boxes(self, path: Path) -> Boxes:
        if self._process != os.getpid():
            self.__setstate__(self.__getstate__())
        known = self._open.pop(path, None)
        if known is None:
            known = open_boxes(path)
            if known.whole:
                if not self._patches:
                    return known
                self._warn(path)
            self._let_go(known)
        self._open[path] = known
        return known

    def _let_go(self, of: Boxes) -> None:
        same = [path for path, boxes in self._open.items() if boxes.whole == of.whole]
        if len(same) >= (MOST_WHOLE if of.whole else MOST_OPEN):
            del self._open[same[0]]

    def _warn(self, path: Path) -> None:
        if not any(boxes.whole for boxes in self._open.values()):
            warnings.warn(
                f"{path.name} can only be read whole: each patch of another case reads an image, of which the last "
                f"{MOST_WHOLE} stay in memory. Prepare with --store b2nd to read patches alone.",
                stacklevel=2,
            )

    def __getstate__(self) -> Mapping[str, bool]:
        return {"patches": self._patches}

    def __setstate__(self, state: Mapping[str, bool]) -> None:
        self._patches = state["patches"]
        self._process = os.getpid()
        self._open = OrderedDict()
