"""The images that a volume was read from: what their headers say, and how a derived image refers to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from scan2train.formats.dicom.parsed import parsed
from scan2train.grid import Grid

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Source:
    """Files, frames (from 0), UIDs, slopes and intercepts of the slices of ``grid``; all are of one SOP class."""

    grid: Grid
    paths: tuple[Path, ...]
    frames: tuple[int, ...]
    multiframe: bool
    sop_class: str
    uids: tuple[str, ...]
    lines: tuple[tuple[float, float], ...]
    #: Slices are asked for in order, and one file may hold them all.
    _last: dict[Path, Dataset] = field(default_factory=dict)

    @classmethod
    def of_row(cls, row: Mapping[str, Any], base: Path) -> Self:
        """Take what a row of the volumes table says; ``base`` is the folder that its paths are relative to."""
        slopes = [1.0 if slope is None else float(slope) for slope in row["member_slope"]]
        intercepts = [0.0 if add is None else float(add) for add in row["member_intercept"]]
        return cls(
            grid=Grid(
                (row["size_i"], row["size_j"], len(row["member_path"])),
                np.array(row["affine"], dtype=np.float64).reshape(4, 4),
                bool(row["physical"]),
            ),
            paths=tuple(base / name for name in row["member_path"]),
            frames=tuple(row["member_frame"]),
            multiframe=any((n or 1) > 1 for n in row["member_frames"]),
            sop_class=row["sop_class_uid"] or "",
            uids=tuple(row["member_uid"]),
            lines=tuple(zip(slopes, intercepts, strict=True)),
        )

    def meets(self, grid: Grid) -> bool:
        """Whether the two boxes have a place in common, as two grids of one world have."""
        if not (self.grid.physical and grid.physical):
            return False
        ours, theirs = self.grid.corners(), grid.corners()
        return bool(
            (ours.min(axis=0) <= theirs.max(axis=0)).all() and (theirs.min(axis=0) <= ours.max(axis=0)).all()
        )

    def nearest(self, grid: Grid, k: int) -> int:
        """The slice that lies nearest to the middle of slice ``k`` of another grid."""
        if not self.meets(grid):
            return min(k, len(self.paths) - 1)
        middle = grid.to_world(((grid.shape[0] - 1) / 2, (grid.shape[1] - 1) / 2, k))
        return int(np.clip(round(float(self.grid.to_index(middle)[2])), 0, len(self.paths) - 1))

    def behind(self, grid: Grid, k: int) -> list[int]:
        """The slices that slice ``k`` of another grid was computed from: those it passes through or between."""
        if grid.shape == self.grid.shape and grid.distance_in_voxels(self.grid) < 1e-3:
            return [k]
        if not self.meets(grid):
            return list(range(len(self.paths)))
        ends = [(x, y, k) for x, y in product((0, grid.shape[0] - 1), (0, grid.shape[1] - 1))]
        at = self.grid.to_index(grid.to_world(ends))[:, 2]
        first, last = int(np.floor(at.min() + 1e-6)), int(np.ceil(at.max() - 1e-6))
        n = len(self.paths)
        return list(range(min(max(first, 0), n - 1), min(max(last, 0), n - 1) + 1))

    def header(self, k: int) -> Dataset:
        """The header of the file that holds slice ``k``; raises as :func:`~scan2train.formats.dicom.parsed.parsed`."""
        path = self.paths[k]
        if path not in self._last:
            self._last.clear()
            self._last[path] = parsed(path, pixels=False)
        return self._last[path]
