"""A kernel that reads behind its array: under NUMBA_BOUNDSCHECK=1 it must raise, or the checked runs check nothing."""

from __future__ import annotations

import os

import numpy as np
import pytest
from numba import njit


@njit(cache=True, nogil=True)
def read_behind(values):
    total = 0
    for k in range(values.size + 1):
        total += values[k]
    return total


@pytest.mark.skipif(
    os.environ.get("NUMBA_BOUNDSCHECK") != "1", reason="for runs with NUMBA_BOUNDSCHECK=1 only"
)
def test_reading_behind_an_array_raises():
    with pytest.raises(IndexError):
        read_behind(np.arange(4))
