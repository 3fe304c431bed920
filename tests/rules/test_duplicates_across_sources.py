"""FIL004 across the sources of one run, which no single volume can tell."""

from __future__ import annotations

import pytest

from scan2train import index
from scan2train.check import check
from scan2train.testing.small import small_series


@pytest.mark.parametrize(
    ("tags", "severity"),
    [(None, "warning"), ({"StationName": "B"}, "warning"), ({"RescaleSlope": "2"}, "error")],
)
def test_a_series_in_two_sources_is_told_once(tmp_path, tags, severity):
    small_series()(tmp_path / "a")
    small_series(tags=tags)(tmp_path / "b")
    small_series(patient="OTHER")(tmp_path / "b" / "other")
    found = index(tmp_path / "a", tmp_path / "b", cache=False)
    (one,) = check(found, select=["FIL004"], pixels=False)
    assert (one.severity, one.scope, one.affects, one.seen) == (severity, "series", 8, "8 instances")
    assert one.where.path == "series/IM0000.dcm"
    assert one.where.series_uid


def test_other_scans_in_two_sources_are_none(tmp_path):
    small_series()(tmp_path / "a")
    small_series(patient="OTHER")(tmp_path / "b")
    assert check(index(tmp_path / "a", tmp_path / "b", cache=False), select=["FIL004"], pixels=False) == []
