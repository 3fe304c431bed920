"""The gaps between slices: which are uneven, and where slices are missing; graded as GEO003 and GEO004 are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scan2train.knowledge.tolerances import (
    GEO003_INFO_MM,
    GEO003_INFO_PART,
    GEO003_SILENT_MM,
    GEO003_SILENT_PART,
    GEO004_MULTIPLE_PART,
)

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: So many gaps are named one by one.
_NAMED = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Gaps:
    """``(n,)`` places of two or more slices along their normal, rising, in mm, and what lies between them."""

    places: FloatArray

    @cached_property
    def sizes(self) -> FloatArray:
        """``(n - 1,)`` distances between neighbours, in mm."""
        sizes: FloatArray = np.diff(self.places)
        return sizes

    @cached_property
    def usual(self) -> float:
        """The lower median: a real gap of the stack, and the small one of two where a slice is missing."""
        return float(np.sort(self.sizes)[(len(self.sizes) - 1) // 2])

    @cached_property
    def off(self) -> FloatArray:
        """``(n - 1,)`` how far each gap is from the usual one, in mm."""
        off: FloatArray = np.abs(self.sizes - self.usual)
        return off

    @cached_property
    def beyond(self) -> BoolArray:
        """Gaps too far from the usual one for an even grid."""
        # 5 % of a tiny gap may be less than what is not even worth a word.
        return self.audible & ((self.off > GEO003_INFO_MM) | (self.off > GEO003_INFO_PART * self.usual))

    @cached_property
    def audible(self) -> BoolArray:
        """Gaps whose difference from the usual one is worth a word."""
        return self.off > max(GEO003_SILENT_MM, GEO003_SILENT_PART * self.usual)

    @cached_property
    def missing(self) -> IntArray:
        """``(n - 1,)`` slices that are missing in each gap: one less than the whole multiple that it is near."""
        if self.usual <= 0:
            return np.zeros(len(self.sizes), dtype=np.int64)
        times = self.sizes / self.usual
        # A gap between two multiples belongs to the one that it is nearer to, as a part of that multiple.
        below, above = np.maximum(np.floor(times), 1), np.floor(times) + 1
        nearest = np.where(np.abs(times - below) / below <= np.abs(times - above) / above, below, above)
        whole = (nearest >= 2) & (np.abs(times - nearest) <= GEO004_MULTIPLE_PART * nearest)
        return np.where(self.beyond & whole, nearest - 1, 0).astype(np.int64)

    @cached_property
    def drift(self) -> FloatArray:
        """``(n,)`` how far each slice is from its place among even steps from the first to the last one, in mm."""
        even = np.linspace(self.places[0], self.places[-1], len(self.places))
        drift: FloatArray = self.places - even
        return drift

    def told(self, which: BoolArray) -> str:
        """These gaps in words: after which slice (counted from 0), where, and how many slices are missing there."""
        at = np.flatnonzero(which).tolist()
        words = [self._gap(n) for n in at[:_NAMED]]
        rest = [f"… {len(at) - _NAMED} more"] if len(at) > _NAMED else []
        return "; ".join([f"usual gap {self.usual:.4g} mm", *words, *rest])

    def _gap(self, n: int) -> str:
        missing = int(self.missing[n])
        size = f"{self.sizes[n]:.4g} mm after slice {n} (at {self.places[n]:.5g} mm)"
        return size + (f": {missing} {'slice' if missing == 1 else 'slices'} missing" if missing else "")


def gaps_between(places: Sequence[float] | FloatArray) -> Gaps | None:
    """The gaps of rising places in mm; ``None`` for fewer than two, or where one is unknown."""
    known = np.asarray(places, dtype=np.float64)
    return Gaps(places=known) if known.size > 1 and bool(np.isfinite(known).all()) else None
