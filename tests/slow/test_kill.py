"""Killed again and again, at random moments."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "preparing"))

from prepare_kills import check_kills


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11])
def test_ten_kills_at_random_moments_change_no_byte(tmp_path, seed):
    check_kills(tmp_path, kills=10, cases=10, seed=seed)
