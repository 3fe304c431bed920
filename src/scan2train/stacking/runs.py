"""Runs of neighbouring units that say the same: what follows from their words is worked out once a run.

The files of a series mostly lie side by side, so that a few runs stand for thousands of units.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

IntArray = npt.NDArray[np.int64]

#: A unit's place and directions: of these it only matters which ones there are.
PLACED = ("position_x", "row_x", "col_x", "col_y", "row_spacing_mm")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Runs:
    """The first unit of each run, how many units it has, and in which columns runs differ."""

    first: IntArray
    length: IntArray
    varying: tuple[str, ...]

    def spread(self, values: pl.Series) -> pl.Series:
        """One value a run to one value a unit."""
        return values[pl.Series(np.repeat(np.arange(len(self.first), dtype=np.uint32), self.length))]


def runs(units: pl.DataFrame, said: Iterable[str]) -> Runs:
    """Cut ``units``, of which there is at least one, wherever the columns ``said`` change.

    Within a run the frames that functional groups speak of belong to one file, and the columns :data:`PLACED` are
    there throughout or nowhere.
    """
    n = units.height
    # Most columns say one thing all over, which is seen sooner than where the others change.
    varying = tuple(name for name in said if _varies(units[name]))
    changes = [pl.col(name) for name in varying]
    changes += [
        pl.col(name).is_null().alias(f"no {name}") for name in PLACED if 0 < units[name].null_count() < n
    ]
    if units["framed"].any():
        changes.append(pl.when("framed").then("instance").alias("file"))
    starts = np.zeros(n, dtype=np.bool_)
    starts[0] = True
    for changed in units.select(one.slice(1).ne_missing(one.slice(0, n - 1)) for one in changes):
        starts[1:] |= changed.to_numpy()
    first = np.flatnonzero(starts)
    return Runs(first=first, length=np.diff(first, append=n), varying=varying)


def _varies(cells: pl.Series) -> bool:
    empty = cells.null_count()
    return empty != len(cells) and (empty > 0 or not (cells == cells[0]).all())
