"""Every planted case of the comparison of readers is right here, or refused: nothing is silently wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scan2train.errors import Scan2TrainError

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from planted.cases import CASES, Planted
from planted.judge import verdict
from planted.readers import scan2train, scan2train_regrid

#: Right only where the user names what to do with uneven slices.
_UNEVEN = ("a slice is missing", "thin slices, then thick ones")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_planted_case_is_right_or_refused(case: Planted, tmp_path: Path) -> None:
    case.build(tmp_path)
    expected = "right" if case.truths else "refused"
    by_default = "refused" if case.name in _UNEVEN else expected
    for reader, wanted in ((scan2train, by_default), (scan2train_regrid, expected)):
        try:
            given = reader(tmp_path)
        except Scan2TrainError:
            given = None
        word, fault = verdict(given, case.truths, case.may, warned=False)
        assert word == wanted, fault
