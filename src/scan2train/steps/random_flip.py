"""Mirror at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import Scene
from scan2train.recipe.chance import Chance
from scan2train.steps.flip import Flip


@dataclass(frozen=True, kw_only=True)
class RandomFlip(Chance):
    """Count each of ``axes`` (0 for i, 1 for j, 2 for k) from the other end, with probability ``p`` for each by itself.

    A network sees the mirrored array; the affine is turned with it, so that every voxel stays where it is in the world
    and predictions go back to their place. A half for each axis is what nnU-Net does. Leave the axis from left to right
    out where labels tell left from right.
    """

    p: float = 0.5
    axes: tuple[int, ...] = (0, 1, 2)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not set(self.axes) <= {0, 1, 2}:
            raise WrongUse("random_flip: axes", expected="0, 1 or 2", found=self.axes)

    def become(self, scene: Scene, rng: np.random.Generator) -> Flip:
        """The flip of the axes drawn, which may be none."""
        return self.draw(scene, rng)

    def draw(self, scene: Scene, rng: np.random.Generator) -> Flip:  # noqa: ARG002 - chance alone decides
        """The flip of the axes drawn, which may be none."""
        drawn = rng.random(3) < self.p
        return Flip(axes=tuple(axis for axis in self.axes if drawn[axis]))
