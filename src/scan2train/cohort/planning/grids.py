"""Spacings and sizes of all cases of a set along the same axes of the patient."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scan2train.grid import parse_orientation

if TYPE_CHECKING:
    import polars as pl

Floats = npt.NDArray[np.float64]

#: Spacings of two cases within this part of one another are the same: what rounding of headers leaves.
SAME = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Grids:
    """All ``(n, 3)``, one row a case, along the axes of ``orientation``: spacings in mm, sizes in voxels.

    ``source_mm`` are the spacings that the scans had.
    """

    orientation: str
    source_mm: Floats
    mm: Floats
    size: Floats

    @property
    def alike(self) -> bool:
        """Whether all cases have one spacing."""
        return bool((self.mm.max(axis=0) <= self.mm.min(axis=0) * (1 + SAME)).all())

    def sizes_at(self, spacing_mm: npt.ArrayLike) -> Floats:
        """``(n, 3)``: sizes of the cases once they are resampled to ``spacing_mm``."""
        sizes: Floats = np.maximum(1.0, np.round(self.size * self.mm / np.asarray(spacing_mm)))
        return sizes


def grids_of(table: pl.DataFrame) -> Grids:
    """Read a cases table; the axes are those of the orientation that most cases have."""
    orientations = [str(code or "RAS") for code in table["orientation"]]
    sources = [str(code or "RAS") for code in table["source_orientation"]]
    usual = min(Counter(orientations).items(), key=lambda one: (-one[1], one[0]))[0]
    spacing, size, source = (
        table.select([name.format(axis) for axis in "ijk"]).to_numpy().astype(np.float64)
        for name in ("spacing_{}_mm", "size_{}", "source_spacing_{}_mm")
    )
    for row, (own, before) in enumerate(zip(orientations, sources, strict=True)):
        now, then = _order(own, usual), _order(before, usual)
        spacing[row], size[row], source[row] = spacing[row, now], size[row, now], source[row, then]
    return Grids(orientation=usual, source_mm=source, mm=spacing, size=size)


def _order(own: str, wanted: str) -> list[int]:
    """For each axis of ``wanted``, the axis of ``own`` that runs the same way through the patient, or against it."""
    worlds = [world for world, _ in parse_orientation(own)]
    return [worlds.index(world) for world, _ in parse_orientation(wanted)]
