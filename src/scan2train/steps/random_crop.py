"""A patch at random, or around a voxel of a class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.measures.label_places import label_places
from scan2train.measures.label_values import counts
from scan2train.recipe import Scene
from scan2train.recipe.chance import Chance
from scan2train.steps.box import Box
from scan2train.volume import Labels

Triple = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class RandomCrop(Chance):
    """A box of ``shape`` voxels along i, j and k, anywhere in the volume.

    With the probability ``foreground`` it is laid around a voxel of the labels: first a class is drawn, each that is
    there as likely as the others, and then one of its voxels. So rare classes are seen as often as large ones; a third
    is what nnU-Net takes. ``classes`` are the values to draw from, all but the background if none are given. Without
    labels, or where none of the classes is there, the box lies anywhere.

    The box stays within the volume; along an axis that is shorter than the box, the volume stands in its middle and the
    rest is padding.
    """

    shape: Triple
    foreground: float = 0.33
    classes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.shape) < 1:
            raise WrongUse(
                "random_crop: shape", expected="three whole numbers of at least 1", found=self.shape
            )
        if not 0 <= self.foreground <= 1:
            raise WrongUse("random_crop: foreground", expected="a probability, 0 to 1", found=self.foreground)

    def grid_at_most(self, grid: Grid) -> Grid:
        """The box, or the whole volume where it may stay as it is: no axis is shorter than the box then."""
        if self.p == 1:
            return Box(start=(0, 0, 0), size=self.shape).grid(grid)
        i, j, k = (max(n, box) for n, box in zip(grid.shape, self.shape, strict=True))
        return Box(start=(0, 0, 0), size=(i, j, k)).grid(grid)

    def draw(self, scene: Scene, rng: np.random.Generator) -> Box:
        """The box."""
        size = scene.grid.shape
        anywhere = start_anywhere(rng, size, self.shape)
        # Drawn first, so that labels are not made for nothing.
        labels = scene.labels_in_place if rng.random() < self.foreground else None
        if not isinstance(labels, Labels):
            return Box(start=anywhere, size=self.shape)
        classes = self.classes or [value for value in counts(labels) if value]
        places = list(label_places([labels.array], classes).values())
        if not places:
            return Box(start=anywhere, size=self.shape)
        found = places[int(rng.integers(len(places)))]
        voxel = np.unravel_index(found[int(rng.integers(len(found)))], labels.grid.shape, order="F")
        index = scene.grid.to_index(labels.grid.to_world(np.stack(voxel)))
        return Box(start=start_around(index, size, self.shape), size=self.shape)


def start_anywhere(rng: np.random.Generator, size: Triple, shape: Triple) -> Triple:
    """Where a box of ``shape`` begins in a volume of ``size``, every place within it as likely as the others."""
    i, j, k = (
        int(rng.integers(n - box + 1)) if n > box else (n - box) // 2
        for n, box in zip(size, shape, strict=True)
    )
    return i, j, k


def start_around(index: np.ndarray, size: Triple, shape: Triple) -> Triple:
    """Where a box of ``shape`` begins whose middle is at ``index``, or as near to it as the volume allows."""
    i, j, k = (
        min(max(round(float(at)) - box // 2, 0), n - box) if n > box else (n - box) // 2
        for at, n, box in zip(index, size, shape, strict=True)
    )
    return i, j, k
