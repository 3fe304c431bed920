"""Killed again and again, at random moments."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "preparing"))

from prepare_kills import check_kills

#: Every store that ``prepare`` writes.
STORES = ("nifti", "zarr", "b2nd", "npy")


@pytest.mark.slow
@pytest.mark.parametrize("store", STORES)
def test_a_hundred_kills_at_random_moments_change_no_byte(tmp_path, store):
    killed = check_kills(tmp_path, kills=100, cases=10, seed=11, store=store)
    midway = [one for one in killed if 0 < len(one.entered) < 11]
    assert len(midway) >= 30
