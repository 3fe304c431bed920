"""Voxels of which nobody says what they are: the label ``ignore`` of nnU-Net."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from scan2train.volume import Array, Labels

_WORD = "ignore"


def ignored_in(names: Mapping[int, str], wanted: Collection[int] = ()) -> tuple[int, ...]:
    """The values that are called so, in order; none of those that are ``wanted`` as labels."""
    return tuple(
        sorted(value for value, name in names.items() if name.casefold() == _WORD and value not in wanted)
    )


def without_ignored(prediction: Labels, truth: Labels, values: Collection[int]) -> tuple[Labels, Labels, str]:
    """Both masks, on one grid, without what the truth ignores; and a note where that is anything.

    Where the truth has one of ``values`` both become background; where the prediction alone has one it does: nobody
    may leave out what is hard.
    """
    if not values:
        return prediction, truth, ""
    told, said = (np.isin(one.array, list(values)) for one in (truth, prediction))
    note = (
        f"where the truth is {' or '.join(map(str, sorted(values)))}, {_WORD!r}, nothing is scored"
        if told.any()
        else ""
    )
    return _cleared(prediction, told | said), _cleared(truth, told), note


def _cleared(mask: Labels, where: Array) -> Labels:
    if not where.any():
        return mask
    array = np.array(mask.array, order="K")
    array[where] = 0
    return mask.replace(array=array)
