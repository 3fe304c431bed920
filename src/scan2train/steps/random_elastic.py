"""Bend at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import Scene
from scan2train.recipe.chance import Chance
from scan2train.sampling.bspline import ORDER
from scan2train.steps.elastic import FARTHEST, Elastic, distances


@dataclass(frozen=True, kw_only=True)
class RandomElastic(Chance):
    """Move ``points`` control points by at most ``most_mm`` along each axis; it becomes a plain ``elastic``.

    The outer ``fixed`` layers of control points stay, so that hardly anything leaves the grid. Where ``most_mm`` would
    let space fold (0.403 of the distance between control points), less is drawn. Seven points, 7.5 mm and two fixed
    layers are TorchIO's; a fifth of the time, as nnU-Net's first version did.

    On a grid without millimetres ``most_mm`` is voxels.
    """

    p: float = 0.2
    points: tuple[int, int, int] = (7, 7, 7)
    most_mm: float = 7.5
    fixed: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.most_mm < np.inf:
            raise WrongUse("random_elastic: most_mm", expected="a number from 0", found=self.most_mm)
        if not (self.fixed >= 0 and min(self.points) > max(ORDER, 2 * self.fixed)):
            raise WrongUse(
                "random_elastic: points",
                expected="at least 4 along each axis, and some between the fixed layers",
                found=f"{self.points}, {self.fixed} layers fixed",
            )

    def draw(self, scene: Scene, rng: np.random.Generator) -> Elastic:
        """The displacements of this time, to a thousandth of a millimetre."""
        apart = distances(scene.grid.shape, self.points) * scene.grid.spacing
        most = np.minimum(self.most_mm, FARTHEST * apart)
        moves = np.zeros((*self.points, 3))
        free = tuple(slice(self.fixed, n - self.fixed) for n in self.points)
        drawn = rng.uniform(-1, 1, moves.shape)[free] * most
        moves[free] = np.trunc(drawn * 1000) / 1000
        return Elastic(points=self.points, displacements_mm=tuple((moves + 0.0).ravel().tolist()))
