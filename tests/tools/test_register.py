"""Alignment: what was moved comes back; the parts that it is made of; the command."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK

import scan2train as s2t
from aligned_patients import (
    COARSE,
    FIXED,
    MOVE,
    SHAPE,
    aligned,
    command,
    moved,
    patient,
    rigid,
    write_both,
    wrong_by,
)
from scan2train.errors import GeometryError, Scan2TrainError, UnknownName, WrongUse
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.tools.register.alike import correlation, information
from scan2train.tools.register.bend import composite, inverse
from scan2train.tools.register.itk import through
from scan2train.tools.register.starts import describe, quarter_turns
from scan2train.volume import Volume


def test_a_turned_and_moved_patient_is_found_again():
    found = aligned()
    assert wrong_by(found.transform, MOVE) < 1.0
    assert not found.faults
    report = found.report
    assert [stage["stage"] for stage in report["stages"]] == ["rigid", "affine"]
    assert report["metric"]["name"] == "correlation"
    assert report["metric"]["at_end"] > 0.9
    assert report["metric"]["as_found"] < 0.7
    assert report["inverse"]["exact"]
    assert report["inverse"]["error_mm"]["max"] < 1e-6


def test_the_command_says_what_it_did(tmp_path):
    paths = write_both(tmp_path)
    shown = command(*paths, tmp_path / "out", "--format", "json")
    assert shown.exit_code == 0, shown.stderr
    report = json.loads(shown.stdout)
    assert report["start"]["start"] == "body"
    assert report["metric"]["at_end"] > 0.9
    assert str(tmp_path) not in shown.stdout
    again = command(*paths, tmp_path / "out")
    assert again.exit_code == 2
    assert "such files already" in again.stderr
    within = command(paths[0].parent, paths[1], tmp_path / "in")
    assert within.exit_code == 2


def test_a_label_that_lay_beyond_the_fixed_field_had_a_dice_of_0(tmp_path):
    """The moving scan's own label 3 is at first nowhere on the fixed grid; the fixed one has label 5 alone."""
    fixed = patient(FIXED)[0]
    away = Grid(fixed.grid.shape, rigid((0, 0, 0), (0, 0, 900)) @ fixed.grid.affine)
    box = np.zeros(fixed.grid.shape, np.uint8)
    box[20:40, 15:30, 10:20] = 1
    for name, made in (
        ("fixed", fixed),
        ("moving", fixed.replace(grid=away)),
        ("labels", s2t.Labels(array=3 * box, grid=away)),
        ("fixed-labels", s2t.Labels(array=5 * box, grid=fixed.grid)),
    ):
        s2t.write(made, tmp_path / f"{name}.nii.gz")
    words = [f"--{name}={tmp_path / name}.nii.gz" for name in ("labels", "fixed-labels")]
    more = ("--start", "geometry", "--rigid", "--rounds", "1")
    done = command(tmp_path / "fixed.nii.gz", tmp_path / "moving.nii.gz", tmp_path / "out", *more, *words)
    assert done.exit_code == 0, done.stderr
    assert "Dice of label 3: 0.000 to 0.000" in done.stdout
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["dice"] == {"before": {"3": 0.0, "5": 0.0}, "after": {"3": 0.0, "5": 0.0}}


def test_what_cannot_be_meant_is_refused():
    fixed = patient(FIXED)[0]
    for choice in ({"start": "middle"}, {"method": "demon"}, {"metric": "mse"}, {"label_sampling": "cubic"}):
        with pytest.raises(UnknownName):
            s2t.register(fixed, fixed, **choice)
    for choice in ({"rigid_only": True, "deformable": True}, {"finest_mm": 0}, {"seed": -1}, {"sed": 1}):
        with pytest.raises(WrongUse):
            s2t.register(fixed, fixed, **choice)
    with pytest.raises(WrongUse, match="fixed labels are compared"):
        s2t.register(fixed, fixed, fixed_labels=s2t.Labels(array=np.zeros(SHAPE, np.uint8), grid=fixed.grid))
    with pytest.raises(WrongUse, match="one channel"):
        s2t.register(fixed, Volume.from_array(np.zeros((8, 9, 10, 3))), **COARSE)
    with pytest.raises(WrongUse, match="lungs"):
        s2t.register(fixed, fixed.replace(unit="g/ml"), start="lungs", **COARSE)
    flat = Volume(array=np.zeros((9, 8, 7)), grid=Grid((9, 8, 7), np.eye(4), physical=False))
    with pytest.raises(GeometryError):
        s2t.register(fixed, flat)
    with pytest.raises(Scan2TrainError, match="do not overlap"):
        s2t.register(fixed, moved(fixed, rigid((0, 0, 0), (5000, 0, 0))), start="none", **COARSE)


def test_alikeness_is_what_it_says():
    rng = np.random.default_rng(1)
    one, noise = rng.normal(size=(2, 40_000))
    assert correlation(one, one) == pytest.approx(1)
    assert correlation(one, np.ones_like(one)) == 0
    assert information(one, noise) < 0.05
    for share in (0.5, 0.9):
        other = share * one + np.sqrt(1 - share**2) * noise
        assert information(one, -other) == pytest.approx(share, abs=0.03)


def test_the_way_back_is_near_and_turns_have_names():
    values = np.zeros((18, 20, 22, 3))
    values[6:12, 6:14, 8:16] = (3.0, -2.0, 4.0)
    field = SimpleITK.SmoothingRecursiveGaussian(SimpleITK.GetImageFromArray(values, isVector=True), 4.0)
    field.SetSpacing([2.0, 2.5, 3.0])
    field = SimpleITK.Cast(field, SimpleITK.sitkVectorFloat64)
    linear = LPS_TO_RAS @ MOVE @ LPS_TO_RAS
    points = np.random.default_rng(2).uniform((8, 10, 12), (32, 35, 36), (50, 3))
    there = through(composite(linear, field), points)
    assert np.abs(through(inverse(linear, field), there) - points).max() < 0.05
    turns = list(quarter_turns())
    assert len({tuple(one.ravel()) for one in turns}) == 24
    assert [describe(one) for one in turns].count("") == 1
    assert describe(rigid((90, 0, 0), (0, 0, 0))[:3, :3]) == "90° about the axis from left to right"
