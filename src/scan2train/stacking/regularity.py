"""Whether slices follow one another evenly, and by what step; graded as the rules GEO003 to GEO006 are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scan2train.knowledge.tolerances import GEO003_INFO_MM, GEO003_INFO_PART, GEO005_SAME_PLACE_MM
from scan2train.measures.gaps import Gaps

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


#: What can be uneven about slices whose places are known: the words that :func:`irregularity` gives, and doubles.
UNEVEN = ("missing-slices", "uneven-spacing", "shifted-slices", "duplicate-positions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Slices in order of place.

    ``order`` sorts the slices along their normal, ``place`` numbers the distinct places (0, 1, …) in that order,
    ``along`` is each sorted slice's place in mm.
    """

    order: IntArray
    place: IntArray
    along: FloatArray

    @property
    def places(self) -> int:
        """How many distinct places there are."""
        return int(self.place[-1]) + 1


def ordered(positions: FloatArray, normal: FloatArray) -> Order:
    """Sort ``(n, 3)`` positions by their projection on ``normal`` (3, unit length)."""
    along = positions @ normal
    order = np.argsort(along, kind="stable")
    along = along[order]
    place = np.zeros(len(along), dtype=np.int64)
    place[1:] = (along[1:] - along[:-1] > GEO005_SAME_PLACE_MM).cumsum()
    return Order(order=order, place=place, along=along)


def irregularity(positions: FloatArray, normal: FloatArray) -> str:
    """What is uneven in sorted ``(n, 3)`` positions of distinct places; empty where a regular grid fits them.

    Judged are the gaps along the normal, how far slices are from the straight even line between the first and
    the last one, and their shifts within their planes.
    """
    if len(positions) < 3:
        return ""
    gaps = Gaps(places=positions @ normal)
    if gaps.beyond.any():
        return "missing-slices" if gaps.missing.any() else "uneven-spacing"
    even = np.linspace(0.0, 1.0, len(positions))[:, None] * (positions[-1] - positions[0]) + positions[0]
    drift = positions - even
    if np.abs(drift).max() < GEO003_INFO_MM / 2:  # nor is the length of any drift above the limit
        return ""
    drift_along = drift @ normal
    if np.abs(drift_along).max() > max(GEO003_INFO_MM, GEO003_INFO_PART * gaps.usual):
        return "uneven-spacing"
    in_plane = drift - np.outer(drift_along, normal)
    if np.linalg.norm(in_plane, axis=1).max() > GEO003_INFO_MM:
        return "shifted-slices"
    return ""
