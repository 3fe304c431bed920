"""Builders of files from a volume: what is read back is what was given, and a fault is where it was asked for."""

from __future__ import annotations

import numpy as np
import pytest

import scan2train as s2t
from scan2train.testing.of_volume import enhanced_of, file_of, film_of, series_of
from scan2train.testing.phantoms import brain_mr, chest_ct, mammogram


@pytest.mark.parametrize("vendor", ["siemens", "ge", "philips", "canon"])
def test_a_series_is_its_volume_and_sound(tmp_path, vendor):
    volume, _ = chest_ct((40, 34, 9), (9.0, 9.1, 16.0), orientation="PIR")
    series_of(volume, "a/b", vendor=vendor)(tmp_path)
    found = s2t.read(tmp_path / "a" / "b")
    np.testing.assert_array_equal(found.array, volume.array)
    np.testing.assert_allclose(found.grid.affine, volume.grid.affine, atol=1e-6)
    assert s2t.check(tmp_path) == []


def test_tags_override_what_the_vendor_writes(tmp_path):
    volume, _ = chest_ct((40, 34, 5), (9.0, 9.1, 16.0))
    series_of(volume, "a", tags=lambda k: {"ConvolutionKernel": f"K{k}", "WindowWidth": None})(tmp_path)
    rows = s2t.index(tmp_path, cache=False).instances
    assert sorted(rows["kernel"]) == [f"K{k}" for k in range(5)]
    assert rows["window_width"].null_count() == 5


def test_an_enhanced_object_is_its_volume(tmp_path):
    volume, _ = brain_mr((30, 36, 10), (6.2, 6.3, 11.0))
    path = enhanced_of(volume, "head.dcm")(tmp_path)
    np.testing.assert_array_equal(s2t.read(path).array, volume.array)


def test_a_mammogram_says_which_it_is(tmp_path):
    pixels = mammogram("R", "MLO", (60, 50))
    film_of(pixels, "x/r.dcm", modality="MG", side="R", view="MLO")(tmp_path)
    row = s2t.index(tmp_path, cache=False).volumes.row(0, named=True)
    assert (row["modality"], row["laterality"], row["view"], row["role"]) == ("MG", "R", "MLO", "picture")
    np.testing.assert_array_equal(s2t.read(tmp_path / "x").array[:, :, 0].T, pixels)


def test_a_screenshot_is_set_apart(tmp_path):
    film_of(np.zeros((9, 8), np.uint16), "s.dcm", modality="OT", pixel_mm=None)(tmp_path)
    assert s2t.index(tmp_path, cache=False).volumes["role"].to_list() == ["capture"]


def test_fields_of_a_nifti_header_can_be_spoilt(tmp_path):
    volume, _ = chest_ct((40, 34, 9), (9.0, 9.1, 16.0))
    file_of(volume, "a.nii", nifti={"pixdim": (-1, 9.0, 9.1, 16.0, 1, 1, 1, 1)})(tmp_path)
    assert "NII001" in {one.code for one in s2t.read(tmp_path / "a.nii").findings}
