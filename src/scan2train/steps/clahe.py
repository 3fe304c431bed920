"""Spread values so that each is as frequent as any other nearby, within limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import ImageStep
from scan2train.recipe.reach import in_voxels, require_one
from scan2train.sampling.filtering import for_filters
from scan2train.volume import Array, Mask, Volume

_BINS = 256


@dataclass(frozen=True, kw_only=True)
class Clahe(ImageStep):
    """Contrast-limited adaptive histogram equalisation (Zuiderveld 1994), in three dimensions; values 0 to 1.

    The volume is cut into tiles of about ``tile_mm`` (``tile`` in voxels), at least one along each axis. The histogram
    of each, from the least to the largest value of the whole volume in 256 bins, is cut off at ``clip_limit`` of its
    voxels, what was cut off is spread over all bins, and its cumulative sum maps the values. Each voxel is mapped by
    the tiles around it, mixed linearly by how near their centres are. With a ``clip_limit`` of 1/256 that is a line.

    Padding is not counted, and a tile weighs as much as is real in it.
    """

    tile_mm: float | None = None
    tile: int | None = None
    clip_limit: float = 0.01

    def __post_init__(self) -> None:
        require_one(self.word(), "tile", self.tile_mm, self.tile)
        if not 1 / _BINS <= self.clip_limit <= 1:
            raise WrongUse(
                f"{self.word()}: clip_limit", expected=f"{1 / _BINS:.4f} to 1", found=self.clip_limit
            )

    def image(self, volume: Volume) -> Array:
        """The histograms of all tiles, and then each voxel."""
        from scan2train.kernels.tile_maps import tile_maps

        sizes = in_voxels(volume.grid, self.word(), "tile", self.tile_mm, self.tile)
        values, real = for_filters(volume)
        seen = values if real is None else values[real]
        low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
        if not low < high:
            return np.zeros_like(values).T
        edges = [
            np.linspace(0, n, max(1, round(n / size)) + 1)
            for n, size in zip(values.shape, reversed(sizes), strict=True)
        ]
        maps, shares = self._maps(values, real, [np.rint(one).astype(int) for one in edges], (low, high))
        ways = [way for ends, n in zip(edges, values.shape, strict=True) for way in _between(ends, n)]
        tile_maps(values, low, _BINS / (high - low), maps, shares, *ways, values)
        return values.T

    def _maps(
        self, values: Array, real: Mask | None, edges: list[Array], ends: tuple[float, float]
    ) -> tuple[Array, Array]:
        """What each tile makes of the edges of the bins, and which part of it is real."""
        tiles = tuple(len(one) - 1 for one in edges)
        maps, shares = np.zeros((*tiles, _BINS + 1)), np.zeros(tiles)
        for at in np.ndindex(tiles):
            box = tuple(slice(one[n], one[n + 1]) for one, n in zip(edges, at, strict=True))
            inside = values[box] if real is None else values[box][real[box]]
            if not inside.size:
                continue
            counts = np.histogram(inside, bins=_BINS, range=ends)[0] / inside.size
            maps[at][1:] = np.cumsum(_limited(counts, self.clip_limit))
            shares[at] = inside.size / values[box].size
        return maps, shares

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """Arbitrary units."""
        return "a.u."

    def padding(self, fill: float) -> float:  # noqa: ARG002 - the least that is left
        """0, the least value."""
        return 0.0


def _limited(counts: Array, limit: float) -> Array:
    """``counts``, of sum 1, with what exceeds ``limit`` spread over the others until nothing does."""
    for _ in range(_BINS):
        excess = np.maximum(counts - limit, 0).sum()
        if excess <= 1e-9:
            break
        counts = np.minimum(counts, limit)
        room = counts < limit
        counts[room] += excess / room.sum()
    return counts


def _between(edges: Array, n: int) -> tuple[Array, Array]:
    """For each index along an axis: the tile with its centre before it, and how far on the way to the next one."""
    centres = (edges[:-1] + edges[1:] - 1) / 2
    place = np.interp(np.arange(n), centres, np.arange(len(centres)))
    first = np.minimum(place.astype(np.int64), max(len(centres) - 2, 0))
    return first, place - first
