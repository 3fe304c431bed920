"""``convert``: what its target has no place for is told, and colour becomes grey where that is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app
from scan2train.testing.dicom_series import write_dicom_series

VOLUME = s2t.Volume.from_array(
    np.arange(7 * 6 * 5, dtype=np.int16).reshape(7, 6, 5), spacing=(0.7, 0.9, 2.5), unit="HU"
)


@pytest.mark.parametrize(
    ("suffix", "told"), [(".nii.gz", True), (".mha", True), (".zarr", False), (".b2nd", False)]
)
def test_invented_slices_that_the_format_cannot_mark_are_told(tmp_path, suffix, told):
    files = write_dicom_series(VOLUME, tmp_path / "s")
    files[2].unlink()
    whole = ["convert", str(tmp_path / "s"), str(tmp_path / f"x{suffix}"), "--irregular", "regrid"]
    done = CliRunner().invoke(app, whole)
    assert done.exit_code == 0
    assert ("42 voxels are no data" in done.stderr) is told
    assert (s2t.read(tmp_path / f"x{suffix}").valid is None) is told


def test_nothing_is_told_where_all_is_real(tmp_path):
    s2t.write(VOLUME, tmp_path / "a.nii.gz")
    done = CliRunner().invoke(app, ["convert", str(tmp_path / "a.nii.gz"), str(tmp_path / "b.mha")])
    assert done.exit_code == 0
    assert "no data" not in done.stderr


def test_colour_becomes_luminance_where_that_is_asked_for(tmp_path):
    colour = np.random.default_rng(5).integers(0, 256, (9, 7, 1, 3)).astype(np.uint8)
    s2t.write(s2t.Volume.from_array(colour), tmp_path / "a.png")
    for options, shape in (([], (9, 7, 1, 3)), (["--grey"], (9, 7, 1))):
        done = CliRunner().invoke(
            app, ["convert", str(tmp_path / "a.png"), str(tmp_path / "b.png"), *options]
        )
        assert done.exit_code == 0
        assert s2t.read(tmp_path / "b.png").array.shape == shape
    expected = np.rint(colour @ np.array([0.299, 0.587, 0.114]))
    assert np.array_equal(s2t.read(tmp_path / "b.png").array, expected)
