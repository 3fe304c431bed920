"""Dice of labels on one grid."""

from __future__ import annotations

import numpy as np

from scan2train.volume import Labels


def dice(one: Labels, other: Labels) -> dict[int, float]:
    """For each value that either has, 0 left out: twice what both have over what each has."""
    values, codes = np.unique(
        np.concatenate([np.unique(one.array), np.unique(other.array)]).astype(np.int64), return_inverse=True
    )
    del codes
    size = len(values)
    a = np.searchsorted(values, one.array.T.reshape(-1))
    b = np.searchsorted(values, other.array.T.reshape(-1))
    pairs = np.bincount(a * size + b, minlength=size * size).reshape(size, size)
    both = np.diag(pairs)
    each = pairs.sum(axis=0) + pairs.sum(axis=1)
    return {
        int(value): float(2 * same / all_)
        for value, same, all_ in zip(values, both, each, strict=True)
        if value != 0
    }
