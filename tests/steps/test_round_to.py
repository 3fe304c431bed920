"""Rounding to binary digits: how far values move, and that they stay when it is done again."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.errors import WrongUse
from scan2train.steps.round_to import RoundTo


@pytest.mark.parametrize(("bits", "step"), [(11, 1 / 2048), (0, 1.0), (-3, 8.0)])
def test_values_go_to_the_nearest_multiple_and_stay_there(bits, step):
    values = np.random.default_rng(0).normal(0, 40 * step, (7, 6, 5)).astype(np.float32)
    made = RoundTo(bits=bits).values(values)
    assert made.dtype == np.float32
    np.testing.assert_array_equal(made, np.round(values.astype(np.float64) / step) * step)
    assert np.abs(made - values).max() <= step / 2
    np.testing.assert_array_equal(RoundTo(bits=bits).values(made), made)


def test_integers_become_floats_and_64_bits_stay():
    np.testing.assert_array_equal(RoundTo(bits=-1).values(np.array([[[5, 6, 7]]], np.int16)), [[[4, 6, 8]]])
    assert RoundTo(bits=20).values(np.array([[[0.1]]])).dtype == np.float64


@pytest.mark.parametrize("bits", [-17, 24])
def test_what_is_no_precision_is_refused(bits):
    with pytest.raises(WrongUse):
        RoundTo(bits=bits)
