"""Slices at the place of another one: copies of it are set apart, and what differs from it is left beside it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from scan2train.knowledge.file_names import natural_key
from scan2train.knowledge.tolerances import GEO005_SAME_PLACE_MM
from scan2train.measures.twins import same_slices
from scan2train.reading.slices_of import Row, as_spares, only_slices, places_of, with_twins
from scan2train.stacking.regularity import irregularity


def without_copies(row: Row) -> dict[str, Any]:
    """A row of doubled slices with one of each that is there twice, byte for byte, and ``irregular`` anew.

    Slices of one place that differ stay beside one another, in the natural order of their files: the row is then
    still one of ``"duplicate-positions"``.
    """
    wide = with_twins(row)
    wide = only_slices(wide, [k for group in place_groups(wide) for k in _by_file(wide, group)])
    copies: dict[int, int] = {}
    for group in place_groups(wide):
        originals: list[int] = []
        for k in group:
            known = next((one for one in originals if _is_copy(wide, one, k)), None)
            if known is None:
                originals.append(k)
            else:
                copies[k] = known
    left = as_spares(wide, copies) if copies else wide
    if any(len(group) > 1 for group in place_groups(left)):
        return left
    return {**left, "irregular": irregularity(*places_of(left))}


def place_groups(row: Row) -> list[list[int]]:
    """The slices of each place along the normal, in order of k."""
    origin, normal = places_of(row)
    along = origin @ normal
    starts = [0, *(np.flatnonzero(np.diff(along) > GEO005_SAME_PLACE_MM) + 1).tolist(), len(along)]
    return [list(range(first, end)) for first, end in pairwise(starts)]


def _by_file(row: Row, group: list[int]) -> list[int]:
    return sorted(group, key=lambda k: (natural_key(row["member_path"][k]), row["member_frame"][k]))


def _is_copy(row: Row, one: int, other: int) -> bool:
    origin, _ = places_of(row)
    beside = float(np.linalg.norm(origin[one] - origin[other]))
    return beside <= GEO005_SAME_PLACE_MM and same_slices(row, one, other)
