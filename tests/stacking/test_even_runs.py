"""Uneven places cut into even runs."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.stacking.even_runs import even_runs, usual_step
from scan2train.stacking.regularity import irregularity

#: A normal and two directions across it, oblique.
NORMAL = np.array([2.0, -1.0, 2.0]) / 3
ACROSS = np.array([1.0, 2.0, 0.0]) / np.sqrt(5)


def runs(along, across=None):
    positions = np.outer(along, NORMAL) + np.outer(np.zeros(len(along)) if across is None else across, ACROSS)
    found = even_runs(positions, NORMAL, usual_step(positions, NORMAL))
    assert sorted(n for first, end in found for n in range(first, end)) == list(range(len(along)))
    assert not any(irregularity(positions[first:end], NORMAL) for first, end in found)
    return found


@pytest.mark.parametrize(
    ("along", "expected"),
    [
        ([0, 1, 2, 3], [(0, 4)]),
        ([0, 1, 2, 4, 5], [(0, 3), (3, 5)]),
        ([0, 1, 2, 3, 5, 7, 8, 9], [(0, 4), (4, 5), (5, 8)]),  # one between two holes goes to neither
        ([0, 1, 2, 3, 5.5, 8, 10.5, 13], [(0, 3), (3, 8)]),  # the longest takes the slice between
        ([0, 1, 2, 2.7], [(0, 3), (3, 4)]),
        ([0, 1, 2, 6, 9.1], [(0, 3), (3, 4), (4, 5)]),  # two are not even by being two
        ([0, 1.5], [(0, 2)]),
    ],
)
def test_runs(along, expected):
    assert runs(np.array(along, dtype=float)) == expected
    n = len(along)
    mirrored = [(n - end, n - first) for first, end in reversed(expected)]
    if [end - first for first, end in expected].count(max(end - first for first, end in expected)) == 1:
        assert runs(-np.array(along, dtype=float)[::-1]) == mirrored


def test_a_slice_that_is_shifted_aside_is_by_itself():
    across = np.zeros(9)
    across[4] = 3.0
    assert runs(np.arange(9) * 2.5, across) == [(0, 4), (4, 5), (5, 9)]


def test_a_tilted_stack_is_even():
    along = np.delete(np.arange(12), [5]) * 2.5
    assert runs(along, along * 0.4) == [(0, 5), (5, 11)]


def test_gaps_that_drift_are_cut_where_it_has_become_too_much():
    gaps = np.r_[np.full(20, 1.0), np.full(20, 1.03)]
    found = runs(np.concatenate([[0], np.cumsum(gaps)]))
    assert 2 <= len(found) <= 4


def test_jitter_cuts_nothing():
    along = np.arange(300) * 1.25 + np.random.default_rng(0).uniform(-0.02, 0.02, 300)
    assert runs(np.delete(along, 100)) == [(0, 100), (100, 299)]


def test_the_usual_step_counts_what_is_missing():
    along = np.delete(np.arange(30) * 0.7, [3, 4, 11])
    step = usual_step(np.outer(along, NORMAL) + np.outer(along * 0.3, ACROSS), NORMAL)
    np.testing.assert_allclose(step, 0.7 * NORMAL + 0.21 * ACROSS, atol=1e-12)


def test_many_holes_are_cut_at_once():
    along = np.delete(np.arange(3000.0), np.arange(1, 3000, 4))
    assert len(runs(along)) == 751
