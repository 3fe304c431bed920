"""Whether another attribute would have told the volumes of a series apart otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scan2train.stacking.explain_repeats import ATTRIBUTES, Attributes, Part

IntArray = npt.NDArray[np.int64]


def rival_of(attributes: Attributes, units: IntArray, place: IntArray, parts: Sequence[Part]) -> str:
    """The first attribute by which every place is held once by as many volumes, but by other ones; empty if none.

    ``units`` and ``place`` are those of :func:`~scan2train.stacking.explain_repeats.explain`, ``parts`` what it said.
    """
    n_places, n_parts = int(place.max()) + 1, len(parts)
    if n_places * n_parts != len(units):
        return ""
    told = np.empty(len(units), dtype=np.int64)
    for at, part in enumerate(parts):
        told[part.members] = at
    for name in ATTRIBUTES:
        values, code = np.unique(attributes.ranks(name)[units], return_inverse=True)
        if len(values) != n_parts or len(np.unique(code * n_places + place)) < len(units):
            continue
        if len(np.unique(code * n_parts + told)) > n_parts:
            return name
    return ""
