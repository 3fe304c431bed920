"""Where voxels are: a shape and an affine, nothing else.

The one convention of the package: indices are ``(i, j, k)``; the world is **RAS+ millimetres**, so x grows towards
the patient's right, y towards the front (anterior), z towards the head (superior); the affine maps an index
to the **centre** of its voxel. DICOM and ITK count x towards the left and y towards the back (LPS+): the change
between the two happens in ``formats/``, once, by name, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations, product
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from scan2train.errors import GeometryError, WrongUse

FloatArray = npt.NDArray[np.float64]

#: Letters of the two directions of each world axis, the falling one first.
_LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))

#: Left-multiplied to an affine, turns LPS+ world coordinates into RAS+ ones, and back again.
LPS_TO_RAS: FloatArray = np.diag([-1.0, -1.0, 1.0, 1.0])
LPS_TO_RAS.setflags(write=False)


@dataclass(frozen=True, eq=False)
class Grid:
    """A regular, possibly oblique or sheared lattice of voxel centres.

    Parameters
    ----------
    shape
        Number of voxels along ``(i, j, k)``, each at least 1.
    affine
        4×4, maps ``(i, j, k, 1)`` to ``(x, y, z, 1)`` in RAS+ millimetres, voxel centres.
    physical
        ``False`` for a pixel grid without patient geometry (a photograph, a film without spacing): the unit
        is then the pixel, and whatever needs millimetres refuses it.

    Raises
    ------
    GeometryError
        If the affine is not finite, is singular, or does not end in ``0 0 0 1``.
    """

    shape: tuple[int, int, int]
    affine: FloatArray
    physical: bool = field(default=True)

    def __post_init__(self) -> None:
        shape = tuple(int(n) for n in self.shape)
        if len(shape) != 3 or min(shape) < 1:
            raise GeometryError("a grid needs three sizes of at least 1", found=self.shape)
        affine = np.array(self.affine, dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise GeometryError("an affine must be a finite 4×4 matrix", found=affine.tolist())
        if not np.array_equal(affine[3], (0, 0, 0, 1)):
            raise GeometryError("an affine must end in 0 0 0 1", found=affine[3].tolist())
        lengths = np.linalg.norm(affine[:3, :3], axis=0)
        # Relative to the box of its own axes, so that micrometres and metres are judged alike.
        if lengths.min() <= 0 or abs(np.linalg.det(affine[:3, :3])) < 1e-6 * lengths.prod():
            raise GeometryError(
                "the affine is singular: its axes do not span space", found=affine.tolist(), code="NII002"
            )
        affine.setflags(write=False)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "affine", affine)

    @classmethod
    def from_axes(
        cls,
        shape: tuple[int, int, int],
        *,
        spacing_mm: npt.ArrayLike = (1.0, 1.0, 1.0),
        origin_mm: npt.ArrayLike = (0.0, 0.0, 0.0),
        direction: npt.ArrayLike | None = None,
        physical: bool = True,
    ) -> Self:
        """Build a grid from spacing, the first voxel's centre, and unit axes (the columns of ``direction``)."""
        axes = np.eye(3) if direction is None else np.asarray(direction, dtype=np.float64).reshape(3, 3)
        affine = np.eye(4)
        affine[:3, :3] = axes * np.asarray(spacing_mm, dtype=np.float64)
        affine[:3, 3] = np.asarray(origin_mm, dtype=np.float64)
        return cls(shape, affine, physical)

    @cached_property
    def spacing(self) -> tuple[float, float, float]:
        """Distance between neighbouring centres along ``i``, ``j`` and ``k``, in mm."""
        a, b, c = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(a), float(b), float(c)

    @property
    def origin(self) -> tuple[float, float, float]:
        """Centre of voxel ``(0, 0, 0)``, RAS+ mm."""
        x, y, z = self.affine[:3, 3]
        return float(x), float(y), float(z)

    @property
    def direction(self) -> FloatArray:
        """3×3, its columns the unit vectors along which ``i``, ``j`` and ``k`` grow."""
        axes: FloatArray = self.affine[:3, :3] / np.asarray(self.spacing)
        return axes

    @cached_property
    def orientation(self) -> str:
        """Three letters: the direction in which each index grows, such as ``"LPS"``.

        For an oblique grid the closest code: the assignment of axes to letters with the largest sum of cosines.
        """
        return "".join(_LETTERS[world][int(sign > 0)] for world, sign in closest_axes(self))

    @cached_property
    def inverse(self) -> FloatArray:
        """4×4, maps RAS+ mm to (fractional) indices."""
        inverse = np.linalg.inv(self.affine).astype(np.float64)
        inverse.setflags(write=False)
        return inverse

    @cached_property
    def voxel_volume(self) -> float:
        """What a voxel takes up, mm³; on a pixel grid in its own units."""
        return abs(float(np.linalg.det(self.affine[:3, :3])))

    @property
    def shear(self) -> float:
        """Largest absolute cosine between two axes: 0 for an orthogonal grid, sin(tilt) for a tilted stack."""
        cosines = self.direction.T @ self.direction
        return float(np.abs(cosines - np.diag(np.diag(cosines))).max())

    def to_world(self, indices: npt.ArrayLike) -> FloatArray:
        """Centres of ``indices`` (``(..., 3)``, may be fractional) in RAS+ mm."""
        return np.asarray(indices, dtype=np.float64) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def to_index(self, points_mm: npt.ArrayLike) -> FloatArray:
        """Fractional indices of RAS+ points (``(..., 3)``, mm)."""
        return np.asarray(points_mm, dtype=np.float64) @ self.inverse[:3, :3].T + self.inverse[:3, 3]

    def corners(self) -> FloatArray:
        """``(8, 3)`` outer corners of the corner voxels (half a voxel beyond their centres), RAS+ mm."""
        ends = [(-0.5, n - 0.5) for n in self.shape]
        return self.to_world(np.array(list(product(*ends))))

    def distance_in_voxels(self, other: Grid) -> float:
        """How far apart the two grids put the same corner voxel at most, in this grid's voxels.

        ``inf`` where the shapes differ.
        """
        if self.shape != other.shape:
            return float("inf")
        ends = np.array(list(product(*[(0, n - 1) for n in self.shape])), dtype=np.float64)
        return float(np.abs(self.to_index(other.to_world(ends)) - ends).max())

    def require_physical(self, what: str) -> None:
        """Refuse a pixel grid where millimetres are needed.

        Raises
        ------
        GeometryError
            If the grid has no patient geometry.
        """
        if not self.physical:
            raise GeometryError(
                f"{what} needs millimetres, and this image has no physical spacing",
                advice="Give a spacing if you know it, or use steps that count in pixels.",
            )

    def to_json(self) -> dict[str, object]:
        """Plain numbers, exact to the last bit when read again."""
        return {"shape": list(self.shape), "affine": self.affine.tolist(), "physical": self.physical}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(tuple(data["shape"]), np.array(data["affine"]), bool(data.get("physical", True)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Grid):
            return NotImplemented
        return (
            self.shape == other.shape
            and self.physical == other.physical
            and np.array_equal(self.affine, other.affine)
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.physical, self.affine.tobytes()))

    def __repr__(self) -> str:
        size = "×".join(str(n) for n in self.shape)
        unit = "mm" if self.physical else "px"
        spacing = "×".join(f"{s:.4g}" for s in self.spacing)
        return f"Grid({size}, {spacing} {unit}, {self.orientation})"


def closest_axes(grid: Grid) -> tuple[tuple[int, int], ...]:
    """For each of ``i, j, k``: the world axis (0, 1, 2) it runs along most closely, and the sign (+1, -1)."""
    cosines = grid.direction
    best = max(permutations(range(3)), key=lambda p: sum(abs(cosines[p[axis], axis]) for axis in range(3)))
    return tuple((best[axis], 1 if cosines[best[axis], axis] > 0 else -1) for axis in range(3))


def parse_orientation(code: str) -> tuple[tuple[int, int], ...]:
    """World axis and sign of each letter of an orientation code such as ``"LPS"``.

    Raises
    ------
    WrongUse
        If the code does not name each of R/L, A/P and S/I once.
    """
    axes = []
    for letter in code.upper():
        for world, (falling, growing) in enumerate(_LETTERS):
            if letter in (falling, growing):
                axes.append((world, 1 if letter == growing else -1))
    if len(code) != 3 or sorted(world for world, _ in axes) != [0, 1, 2]:
        raise WrongUse(
            "an orientation code names one of R/L, one of A/P and one of S/I, in the order of i, j, k",
            expected="such as 'RAS' or 'LPS'",
            found=repr(code),
        )
    return tuple(axes)
