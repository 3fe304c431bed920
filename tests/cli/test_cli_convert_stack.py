"""``convert --stack``: a series of several points as one file of four dimensions."""

from __future__ import annotations

import nibabel as nib
from typer.testing import CliRunner

from scan2train.cli.app import app
from scan2train.testing.small_objects import small_mosaic


def test_a_series_of_points_is_one_file(tmp_path):
    small_mosaic(points=3)(tmp_path / "in")
    target = str(tmp_path / "out.nii.gz")
    refused = CliRunner().invoke(app, ["convert", str(tmp_path / "in"), target])
    assert refused.exit_code == 2
    done = CliRunner().invoke(app, ["convert", str(tmp_path / "in"), target, "--stack"])
    assert done.exit_code == 0
    assert "13×11×7×3 (acquisition)" in done.stdout
    assert nib.load(target).shape == (13, 11, 7, 3)
