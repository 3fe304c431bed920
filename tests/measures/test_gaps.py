"""What lies between slices: the usual gap, the uneven ones, and how many slices are missing."""

import numpy as np
import pytest

from scan2train.measures.gaps import gaps_between


def places(*sizes):
    return np.cumsum([-31.5, *sizes])


@pytest.mark.parametrize(
    ("sizes", "missing"),
    [
        ((2.5, 2.5, 2.5), (0, 0, 0)),
        ((2.5, 5.0, 2.5), (0, 1, 0)),
        ((2.5, 5.4, 4.6, 2.5, 2.5), (0, 1, 1, 0, 0)),
        ((2.5, 5.6, 4.4, 2.5, 2.5), (0, 0, 0, 0, 0)),
        ((2.5, 7.5, 2.5, 10.0, 2.5), (0, 2, 0, 3, 0)),
        ((0.7, 3.25, 0.7, 0.7), (0, 4, 0, 0)),
        ((5.0, 2.5), (1, 0)),
        ((2.5,), (0,)),
        ((0.0, 0.0, 3.0), (0, 0, 0)),
    ],
)
def test_missing_slices_are_counted_within_a_tenth_of_a_whole_multiple(sizes, missing):
    found = gaps_between(places(*sizes))
    assert tuple(found.missing.tolist()) == missing


@pytest.mark.parametrize(
    ("usual", "off", "beyond", "audible"),
    [
        (2.5, 0.019, False, False),
        (2.5, 0.021, False, True),
        (2.5, 0.124, False, True),
        (2.5, 0.126, True, True),
        (6.0, 0.029, False, False),
        (6.0, 0.031, False, True),
        (6.0, 0.199, False, True),
        (6.0, 0.201, True, True),
    ],
)
def test_both_bounds_must_hold(usual, off, beyond, audible):
    for sign in (1, -1):
        found = gaps_between(places(usual, usual, usual + sign * off, usual, usual))
        assert found.usual == pytest.approx(usual)
        assert (found.beyond.any(), found.audible.any()) == (beyond, audible)


def test_gaps_are_named_with_slice_place_and_what_is_missing():
    found = gaps_between(places(2.5, 2.5, 7.5, 2.5, 5.0, 2.5))
    assert found.told(found.beyond) == (
        "usual gap 2.5 mm; 7.5 mm after slice 2 (at -26.5 mm): 2 slices missing; "
        "5 mm after slice 4 (at -16.5 mm): 1 slice missing"
    )


def test_a_single_or_unknown_place_has_no_gaps():
    assert gaps_between([3.0]) is None
    assert gaps_between([3.0, None, 4.0]) is None
    assert gaps_between([]) is None
