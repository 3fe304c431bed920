"""Uniform cubic B-splines."""

from __future__ import annotations

import numpy as np

from scan2train.grid import FloatArray

#: A cubic B-spline reaches over four control points: over ``n`` spans there are ``n + 3`` of them.
ORDER = 3


def cubic_bsplines(places: FloatArray, spans: int) -> FloatArray:
    """``(len(places), spans + 3)``: how much each control point says at each place, from 0 to ``spans``."""
    first = np.minimum(places.astype(int), spans - 1)
    t = places - first
    pieces = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    table = np.zeros((len(places), spans + ORDER))
    for step, piece in enumerate(pieces):
        table[np.arange(len(places)), first + step] = piece / 6
    return table
