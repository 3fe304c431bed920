"""The files of cases, opened when they are first needed and kept open, by each process for itself."""

from __future__ import annotations

import os
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from scan2train.formats.boxes import Boxes, open_boxes, reads_boxes
from scan2train.volume import Array

#: Files kept open at most: half of what a process may have open by default.
MOST_OPEN = 512
#: Images kept in memory at most, where they can only be read whole.
MOST_WHOLE = 8


class OpenedParts:
    """Boxes of files, by path. Safe to pickle, and to take along through a fork: nothing open crosses either.

    Where a store can only be read whole (``nifti``), the last eight images stay in memory, and a warning says so.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._open: OrderedDict[Path, Boxes] = OrderedDict()

    def read(self, path: Path, start: tuple[int, int, int], size: tuple[int, int, int]) -> Array:
        """A box that lies within the image."""
        return self._boxes(path).read(start, size)

    def _boxes(self, path: Path) -> Boxes:
        if self._process != os.getpid():
            self.__init__()  # type: ignore[misc]
        known = self._open.pop(path, None)
        if known is None:
            if not reads_boxes(path):
                self._warn(path)
            known = open_boxes(path)
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

    def __getstate__(self) -> Mapping[str, object]:
        return {}

    def __setstate__(self, state: Mapping[str, object]) -> None:
        self.__init__()  # type: ignore[misc]
