"""Padding that no header declares is found on CT, and real air never is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scan2train as s2t
from scan2train.testing.small import round_view, small_series

WIDE: dict[str, Any] = {"shape": (18, 16, 4), "signed": True, "bits_stored": 16}


def read(folder: Path, outside: int, **more: Any) -> s2t.Volume:
    small_series(values=round_view(outside), **{**WIDE, **more})(folder)
    return s2t.read(folder)


def codes(volume: s2t.Volume) -> dict[str, str]:
    return {one.code: one.severity.value for one in volume.findings}


@pytest.mark.parametrize(("outside", "intercept"), [(-3024, -1024.0), (-2000, 0.0), (-8192, 0.0)])
def test_all_voxels_that_hold_the_constant_are_masked_and_no_others(
    tmp_path: Path, outside: int, intercept: float
) -> None:
    volume = read(tmp_path, outside, intercept=intercept)
    assert volume.valid is not None
    np.testing.assert_array_equal(volume.valid, volume.array != outside)
    assert 0.1 < volume.valid.mean() < 0.9
    assert codes(volume)["PIX005"] == "info"


def test_it_is_masked_like_declared_padding(tmp_path: Path) -> None:
    told = read(tmp_path / "told", -3024, padding_value=-2000)
    untold = read(tmp_path / "untold", -3024)
    assert told.valid is not None
    assert untold.valid is not None
    np.testing.assert_array_equal(told.valid, untold.valid)
    assert "PIX005" not in codes(told)


@pytest.mark.parametrize("outside", [-1000, -1024])
def test_air_that_was_cut_off_stays(tmp_path: Path, outside: int) -> None:
    volume = read(tmp_path, outside)
    assert volume.valid is None
    assert "PIX005" not in codes(volume)


def test_the_lowest_value_that_can_be_stored_is_air_where_air_may_be_that_low(tmp_path: Path) -> None:
    volume = read(tmp_path, -1060, signed=False, intercept=-1060.0, bits_stored=12)
    assert volume.valid is None
    assert "PIX005" not in codes(volume)


def test_a_constant_just_below_air_is_told_and_stays(tmp_path: Path) -> None:
    volume = read(tmp_path, -1060)
    assert volume.valid is None
    assert codes(volume)["PIX005"] == "warning"


def test_one_padded_slice_masks_that_value_wherever_it_is(tmp_path: Path) -> None:
    volume = read(tmp_path, -2000)
    array = volume.array.copy()
    some = tmp_path / "some"
    small_series(values=lambda _: np.where(np.arange(4) < 1, array, np.maximum(array, -1000)), **WIDE)(some)
    found = s2t.read(some)
    assert found.valid is not None
    assert not found.valid[0, 0, 0]
    assert found.valid[:, :, 1:].all()


@pytest.mark.parametrize("modality", ["MR", "PT"])
def test_only_ct_is_asked(tmp_path: Path, modality: str) -> None:
    volume = read(tmp_path, -2000, modality=modality)
    assert volume.valid is None
    assert "PIX005" not in codes(volume)


def test_no_rescale_no_hounsfield_units_no_padding(tmp_path: Path) -> None:
    gone = {"RescaleSlope": None, "RescaleIntercept": None}
    assert read(tmp_path, -2000, intercept=0.0, tags=gone).valid is None


def test_check_finds_what_reading_masks(tmp_path: Path) -> None:
    read(tmp_path, -3024)
    found = s2t.check(s2t.index(tmp_path, cache=False))
    assert [one.severity.value for one in found if one.code == "PIX005"] == ["info"]
