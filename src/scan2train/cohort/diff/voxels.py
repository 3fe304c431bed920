"""How far two images are apart, voxel by voxel of the first, in world space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.steps.to_grid import ToGrid
from scan2train.volume import Array, Labels, Mask, Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """How far apart.

    Parameters
    ----------
    voxels
        Voxels of the first image's grid that are real data in both.
    differ
        So many of them differ by more than the tolerance; for labels, hold another label.
    only_first, only_second
        Voxels, each of its own grid, that are real in one image and lie outside of the other, or on its padding.
    no_number
        Those of ``differ`` that hold no number (or an infinite one) in one image, and something else in the other.
    largest, mean
        The largest and the mean absolute difference of all others, in the unit of the values; ``None`` for labels.
    largest_at_mm
        Where the largest is: RAS+ mm.
    dice
        For labels: by label, twice what both share by the sum of what each has; background left out.
    """

    voxels: int
    differ: int
    only_first: int
    only_second: int
    no_number: int = 0
    largest: float | None = None
    mean: float | None = None
    largest_at_mm: tuple[float, float, float] | None = None
    dice: dict[int, float] | None = None

    @property
    def share(self) -> float:
        """Share of the voxels real in both that differ; 0 where there are none."""
        return self.differ / self.voxels if self.voxels else 0.0

    def same(self, share: float) -> bool:
        """Whether both cover the same, and at most so large a share differs."""
        return not (self.only_first or self.only_second) and self.share <= share

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values; labels by their number as text."""
        dice = None if self.dice is None else {str(label): value for label, value in self.dice.items()}
        return {**asdict(self), "share": self.share, "dice": dice}


def images_apart(first: Volume, second: Volume, tolerance: float) -> Apart:
    """Compare two images; where their grids differ, the second is interpolated linearly on the grid of the first.

    What is no number in both is the same.

    Raises
    ------
    WrongUse
        If they have another number of channels.
    """
    if first.array.shape[3:] != second.array.shape[3:]:
        raise WrongUse(
            "two images of other channels cannot be compared",
            expected=first.array.shape[3:] or 1,
            found=second.array.shape[3:] or 1,
        )
    laid, both = _laid_on(first, second)
    differ, no_number, total, largest, at = 0, 0, 0.0, 0.0, (0, 0, 0)
    for k, one, other in _planes(first, laid):
        numbers = np.isfinite(one) & np.isfinite(other)
        alike = (one == other) | (np.isnan(one) & np.isnan(other))
        unlike = both[:, :, k] & _over_channels(~numbers & ~alike)
        apart = np.abs(np.subtract(one, other, out=np.zeros_like(one), where=numbers))
        apart = np.where(both[:, :, k], _over_channels(apart), 0)
        no_number += int(unlike.sum())
        differ += int((unlike | (apart > tolerance)).sum())
        total += float(apart.sum())
        i, j = np.unravel_index(int(apart.argmax()), apart.shape)
        if apart[i, j] > largest:
            largest, at = float(apart[i, j]), (int(i), int(j), k)
    voxels = int(both.sum())
    only_first, only_second = _outside(first, second, both)
    return Apart(
        voxels=voxels,
        differ=differ,
        only_first=only_first,
        only_second=only_second,
        no_number=no_number,
        largest=largest,
        mean=total / voxels if voxels else 0.0,
        largest_at_mm=_place(first, at) if largest else None,
    )


def labels_apart(first: Labels, second: Labels) -> Apart:
    """Compare labels; where their grids differ, each of the second's is interpolated as a picture of its own."""
    laid, both = _laid_on(first, second)
    one, other = first.array[both], laid.array[both]
    dice = {}
    for label in sorted({*np.unique(one).tolist(), *np.unique(other).tolist()} - {0}):
        mine, theirs = one == label, other == label
        dice[label] = 2 * int((mine & theirs).sum()) / int(mine.sum() + theirs.sum())
    only_first, only_second = _outside(first, second, both)
    return Apart(
        voxels=int(both.sum()),
        differ=int((one != other).sum()),
        only_first=only_first,
        only_second=only_second,
        dice=dice,
    )


def _over_channels(plane: Array) -> Array:
    """The worst of the channels, if there are several."""
    return plane if plane.ndim == 2 else plane.max(axis=-1)


def _laid_on(first: Volume, second: Volume) -> tuple[Volume, Mask]:
    """The second image on the grid of the first, and where both are real."""
    same = second.grid == first.grid
    laid = second if same else _on(first.grid, second)
    # Labels on another grid are background wherever they are not: where they are is asked of a picture in their place.
    there = laid if same or not isinstance(second, Labels) else _on(first.grid, _in_place_of(second))
    both = np.ones(first.grid.shape, np.bool_)
    for one in (first, there):
        if one.valid is not None:
            both &= one.valid
    return laid, both


def _in_place_of(labels: Labels) -> Volume:
    return Volume(array=np.zeros(labels.grid.shape, np.int16), grid=labels.grid, valid=labels.valid)


def _on(grid: Grid, volume: Volume) -> Volume:
    return ToGrid(shape=grid.shape, affine=tuple(grid.affine.ravel().tolist()))(volume)


def _outside(first: Volume, second: Volume, both: Mask) -> tuple[int, int]:
    """Voxels that only the first has, and only the second: each counted on its own grid."""
    mutual = both if second.grid == first.grid else _laid_on(second, first)[1]
    return _real(first) - int(both.sum()), _real(second) - int(mutual.sum())


def _real(volume: Volume) -> int:
    return int(np.prod(volume.grid.shape)) if volume.valid is None else int(volume.valid.sum())


def _planes(first: Volume, second: Volume) -> Iterator[tuple[int, Array, Array]]:
    for k in range(first.grid.shape[2]):
        yield k, first.array[:, :, k].astype(np.float64), second.array[:, :, k].astype(np.float64)


def _place(volume: Volume, at: tuple[int, int, int]) -> tuple[float, float, float]:
    x, y, z = volume.grid.to_world(at).tolist()
    return x, y, z
