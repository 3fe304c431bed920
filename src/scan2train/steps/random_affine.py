"""Turn, scale, shift and shear at random."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import FloatArray, Grid
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

    On a grid without millimetres ``translate_mm`` is voxels. A single slice stays in its plane: it is turned about its
    normal alone, by the angle of the world axis that is next to it.
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
        normal = _normal_of_slice(scene.grid)
        linear = _turned(angles) @ sheared @ scaled
        if normal is not None:
            linear, shift = _within_plane(normal, angles, sheared @ scaled, shift)
        matrix = np.eye(4)
        matrix[:3, :3] = linear
        middle = scene.grid.to_world((np.array(scene.grid.shape) - 1) / 2)
        matrix[:3, 3] = middle + shift - matrix[:3, :3] @ middle
        return Affine(matrix=tuple(matrix.ravel().tolist()))


def _normal_of_slice(grid: Grid) -> FloatArray | None:
    """The unit normal of a grid of one slice; ``None`` for a volume."""
    flat = [axis for axis, n in enumerate(grid.shape) if n == 1]
    if len(flat) != 1:
        return None
    a, b = (grid.affine[:3, axis] for axis in range(3) if axis != flat[0])
    normal = np.cross(a, b)
    made: FloatArray = normal / np.linalg.norm(normal)
    return made


def _within_plane(
    normal: FloatArray, angles: FloatArray, stretched: FloatArray, shift: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The part of a map and of a shift that leaves a plane where it is; out of it, nothing would be left to see."""
    along = int(np.abs(normal).argmax())
    across = np.outer(normal, normal)
    plane = np.eye(3) - across
    angle = angles[along] * np.sign(normal[along])
    # Rodrigues: the columns of the last matrix are normal × e.
    turned = np.cos(angle) * plane + across + np.sin(angle) * np.cross(normal, np.eye(3)).T
    return turned @ (plane @ stretched @ plane + across), plane @ shift


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
