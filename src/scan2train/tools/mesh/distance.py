"""How far two surfaces lie apart: the Hausdorff distance, and the places where it is too much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from scan2train.tools.mesh.surface import FloatArray, Surface

#: Boxes that triangles are sorted into, along the longest axis.
_BOXES = 192
#: The largest distance is looked for where it may be at least this share of the most that it can be, then further down.
_SHARES = (0.99, 0.9, 0.6)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Farness:
    """How far a surface lies from another: at its points ``(n,)``, and the most within each triangle ``(m,)``, mm.

    NaN where it is to be measured; where it is a bound, the true distance is no more.
    """

    corners: FloatArray
    triangles: FloatArray

    @classmethod
    def unknown(cls, surface: Surface) -> Self:
        """All is to be measured."""
        return cls(
            corners=np.full(len(surface.points), np.nan), triangles=np.full(len(surface.faces), np.nan)
        )

    @property
    def most(self) -> float:
        """The largest of all."""
        return float(max(self.corners.max(), self.triangles.max()))

    def from_to(self, low: float, high: float) -> Self:
        """Those that are from ``low`` on, but below ``high``, to be measured; all others 0."""
        parts = (np.where((one >= low) & (one < high), np.nan, 0.0) for one in (self.corners, self.triangles))
        return type(self)(corners=next(parts), triangles=next(parts))


def hausdorff_mm(
    one: Surface, other: Surface, reach_mm: float, bounds: tuple[Farness, Farness] | None = None
) -> float:
    """The largest distance from one to the other, both ways; infinity where it is more than ``reach_mm``.

    It is taken from all points, and from points within triangles that lie as dense as those of the finer surface.

    Parameters
    ----------
    bounds
        What is known already: no place of the one lies farther from the other, and none of the other from the one.
    """
    ways = ((one, other), (other, one))
    dense = min(spaced(one), spaced(other))
    if bounds is None:
        every = [Farness.unknown(first) for first, _ in ways]
        worst = 0.0
        for (first, second), far in zip(ways, every, strict=True):
            measure(first, second, far, dense, reach_mm, reach_mm, worst)
            worst = max(worst, far.most)
        return worst
    top = max(far.most for far in bounds)
    if top == 0:
        return 0.0
    worst, above = 0.0, np.inf
    for least in (*(share * top for share in _SHARES), 0.0):
        for (first, second), bound in zip(ways, bounds, strict=True):
            far = bound.from_to(least, above)
            measure(first, second, far, dense, reach_mm, reach_mm, worst)
            worst = max(worst, far.most)
        if worst >= least:
            break
        above = least
    return worst


def measure(
    one: Surface, other: Surface, far: Farness, dense: float, reach: float, enough: float, worst: float = 0.0
) -> None:
    """Write how far ``one`` lies from ``other`` where it is asked for: exact for the largest, and above ``enough``.

    Triangles with -1 in their first corner are none. Places within triangles lie ``dense`` apart. What is more than
    ``reach`` becomes infinite; ``worst`` is what was found elsewhere: less need not be told apart.
    """
    from scan2train.kernels.mesh_distance import mesh_distance

    if not (np.isnan(far.corners).any() or np.isnan(far.triangles).any()):
        return
    low = np.minimum(other.points.min(axis=0), one.points.min(axis=0)) - reach
    high = np.maximum(other.points.max(axis=0), one.points.max(axis=0)) + reach
    step = max(float((high - low).max()) / _BOXES, reach, 2 * dense)
    shape = np.ceil((high - low) / step).astype(np.int64) + 1
    mesh_distance(
        *(one.points, one.faces, far.corners, far.triangles, dense),
        *(other.points, other.faces, low, step, shape, float(reach), float(enough), float(worst)),
    )


def places_in(surface: Surface, far: Farness, dense: float, above: float) -> FloatArray:
    """Corners that lie farther than ``above``; and places ``dense`` apart in triangles that do, ``(p, 3)``."""
    corners = surface.points[surface.faces[far.triangles > above]]
    found = [surface.points[far.corners > above], corners.reshape(-1, 3)]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1, initial=0)
    parts = np.ceil(longest / dense).astype(np.int64).clip(1, 64)
    found += [(_lattice(n) @ corners[parts == n]).reshape(-1, 3) for n in np.unique(parts).tolist()]
    return np.concatenate(found)


def _lattice(n: int) -> npt.NDArray[np.float64]:
    """Barycentric coordinates of the centres of ``n`` rows of small triangles."""
    a, b = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    within = a + b < n
    first, second = (a[within] + 1 / 3) / n, (b[within] + 1 / 3) / n
    return np.stack([first, second, 1 - first - second], axis=1)


def spaced(surface: Surface) -> float:
    """How far apart the points of a surface lie, mm: the root of its triangles' mean area."""
    return float(np.sqrt(surface.area_mm2 / len(surface.faces)))
