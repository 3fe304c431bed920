"""Turn, scale, shift and shear at random."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import FloatArray
from scan2train.recipe import Scene
from scan2train.recipe.chance import Chance
from scan2train.steps.affine import Affine

Three = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class RandomAffine(Chance):
    """Move what the volume shows about the middle of its grid; it becomes a plain ``affine``, and the grid stays.

    Drawn evenly: an angle for each world axis (x left–right, y back–front, z feet–head) of at most ``rotate_deg``, a
    shift along each of at most ``translate_mm``, a shear of each against the others of at most ``shear``; and a factor
    within ``scale``, above 1 for larger, on a logarithmic scale, so that as much shrinks as grows. ``same_scale`` takes
    one factor for all axes, so that shapes keep their proportions.

    It works in millimetres: on anisotropic voxels a turn stays a turn. 30° and 0.7 to 1.4, each a fifth of the time,
    are nnU-Net's; shifts add little to patches that lie anywhere, and shear is rare in practice, so that both are 0.

    On a grid without millimetres ``translate_mm`` is voxels.
    """

    p: float = 0.2
    rotate_deg: Three = (30.0, 30.0, 30.0)
    scale: tuple[float, float] = (0.7, 1.4)
    same_scale: bool = True
    translate_mm: Three = (0.0, 0.0, 0.0)
    shear: Three = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_range("scale", self.scale, 0, open_end=True)
        for name, most in (("rotate_deg", 180.0), ("translate_mm", np.inf), ("shear", 0.5)):
            given = getattr(self, name)
            if not all(0 <= one <= most and np.isfinite(one) for one in given):
                limit = "" if most == np.inf else f" up to {most:g}"
                raise WrongUse(f"random_affine: {name}", expected=f"three numbers from 0{limit}", found=given)

    def draw(self, scene: Scene, rng: np.random.Generator) -> Affine:
        """The affine of this time."""
        angles = np.deg2rad(rng.uniform(-1, 1, 3) * self.rotate_deg)
        factors = np.exp(rng.uniform(math.log(self.scale[0]), math.log(self.scale[1]), 3))
        shift = rng.uniform(-1, 1, 3) * self.translate_mm
        sheared = np.eye(3)
        sheared[[0, 0, 1], [1, 2, 2]] = rng.uniform(-1, 1, 3) * self.shear
        scaled = np.diag(np.repeat(factors[0], 3) if self.same_scale else factors)
        matrix = np.eye(4)
        matrix[:3, :3] = _turned(angles) @ sheared @ scaled
        middle = scene.grid.to_world((np.array(scene.grid.shape) - 1) / 2)
        matrix[:3, 3] = middle + shift - matrix[:3, :3] @ middle
        return Affine(matrix=tuple(matrix.ravel().tolist()))


def _turned(angles: FloatArray) -> FloatArray:
    """Turns about x, then y, then z."""
    made = np.eye(3)
    for axis, angle in enumerate(angles):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[[a, b], [a, b]] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        made = turn @ made
    return made
