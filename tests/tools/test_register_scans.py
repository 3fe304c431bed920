"""Alignment of whole scans: labels with them, files that say the same; and what went wrong is told."""

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
    SPACING,
    aligned,
    body_points,
    command,
    grid_of,
    moved,
    patient,
    rigid,
    write_both,
    wrong_by,
)
from scan2train.errors import OutputInUse, WrongUse
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.sampling import Sampling, ValueMap, sample, sample_labels
from scan2train.tools.register import stages as story
from scan2train.tools.register.alike import correlation
from scan2train.tools.register.bend import jacobian
from scan2train.tools.register.bspline import _together
from scan2train.tools.register.faults import labels_apart
from scan2train.tools.register.itk import as_transform, image_of, through
from scan2train.tools.register.onto_fixed import image_onto, labels_onto
from scan2train.volume import Labels, Volume


def test_the_same_seed_gives_the_same_result_whatever_the_threads():
    one, other = aligned(1), aligned(2)
    assert one.report["linear_lps"] == other.report["linear_lps"]
    assert np.array_equal(one.moved.array, other.moved.array)


@pytest.mark.parametrize("sheared", ["fixed", "moving"])
def test_sheared_grids_are_aligned(sheared):
    straight, tilted = grid_of((3, -4, 8)), grid_of((0, 5, 0), (1, -1, 1), shear=0.25)
    here, there = (tilted, straight) if sheared == "fixed" else (straight, tilted)
    found = s2t.register(patient(here)[0], moved(patient(there, 1)[0], MOVE), rigid_only=True, **COARSE)
    assert wrong_by(found.transform, MOVE, here) < 1.0
    assert found.moved.grid == here
    assert any(f"the {sheared} grid is sheared" in note for note in found.report["notes"])
    # The fixed world's voxels show what is there: moved from either grid it is the same patient.
    both = patient(here)[0].array, found.moved.array
    inside = found.moved.valid if found.moved.valid is not None else np.ones(here.shape, np.bool_)
    assert correlation(*(one[inside].astype(float) for one in both)) > 0.9


def test_what_is_written_is_what_itk_applies(tmp_path):
    fixed, labels = patient(FIXED)
    other, drawn = (
        moved(one, MOVE) for one in patient(grid_of((0, 0, 0), (1, 1, -1), shape=(60, 44, 26)), 1)
    )
    found = s2t.register(
        fixed,
        other,
        tmp_path / "out",
        labels=drawn,
        fixed_labels=labels,
        rigid_only=True,
        start="body",
        **COARSE,
    )
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"transform.h5", "transform-inverse.h5", "moved.nii.gz", "labels.nii.gz"} < names
    assert {"report.json", "before-after.png"} < names
    transform = SimpleITK.ReadTransform(str(tmp_path / "out" / "transform.h5"))
    back = SimpleITK.ReadTransform(str(tmp_path / "out" / "transform-inverse.h5"))
    points = body_points()
    assert np.allclose(through(back, through(transform, points)), points, atol=1e-6)
    image, onto = (
        image_of(one.array.T.astype(np.float32), LPS_TO_RAS @ one.grid.affine) for one in (other, fixed)
    )
    theirs = SimpleITK.GetArrayFromImage(
        SimpleITK.Resample(image, onto, transform, SimpleITK.sitkLinear, -1000.0)
    )
    ours = s2t.read(tmp_path / "out" / "moved.nii.gz")
    valid = s2t.read(tmp_path / "out" / "moved-valid.nii.gz").array != 0
    assert np.abs(theirs.T - ours.array)[valid].max() < 0.05
    assert 0.5 < valid.mean() < 1
    assert np.array_equal(valid, found.moved.valid)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report == json.loads(json.dumps(found.report))
    before, after = report["dice"]["before"], report["dice"]["after"]
    assert set(after) == {str(one) for one in np.unique(labels.array) if one}
    assert all(after[label] > before[label] for label in after)
    assert np.mean(list(after.values())) > 0.75
    with pytest.raises(OutputInUse):
        s2t.register(fixed, other, tmp_path / "out")


def bent(amplitude_mm=12.0):
    """A smooth deformation, from points of the moving world to those of the patient's, LPS+ mm."""
    volume = patient(FIXED)[0]
    image = image_of(volume.array.T[::2, ::2, ::2].astype(np.float32), np.diag([1, 1, 1, 1.0]))
    image.SetSpacing([2 * one for one in SPACING])
    affine = LPS_TO_RAS @ FIXED.affine
    image.SetOrigin(affine[:3, 3].tolist())
    image.SetDirection((affine[:3, :3] / SPACING).ravel().tolist())
    spline = SimpleITK.BSplineTransformInitializer(image, [3, 3, 3], 3)
    weights = np.random.default_rng(8).uniform(-1, 1, len(spline.GetParameters()))
    spline.SetParameters(weights.tolist())
    points = body_points()
    most = np.linalg.norm(through(spline, points) - points, axis=1).max()
    spline.SetParameters((weights * amplitude_mm / most).tolist())
    return spline


@pytest.mark.parametrize(("method", "limit"), [("demons", 0.75), ("bspline", 0.75)])
def test_a_bent_patient_is_straightened(method, limit):
    fixed, spline, points = patient(FIXED)[0], bent(), body_points()
    other = image_onto(patient(FIXED, 1)[0], grid_of((3, 0, 4)), spline, jobs=1)
    found = s2t.register(
        fixed, other, deformable=True, method=method, control_mm=90.0, start="none", **COARSE
    )
    began = np.linalg.norm(through(spline, points) - points, axis=1).mean()
    ended = np.linalg.norm(through(spline, through(found.transform, points)) - points, axis=1).mean()
    assert ended < limit * began
    assert ended < 1.5 * float(np.prod(SPACING)) ** (1 / 3)
    assert not found.faults
    report = found.report
    assert report["jacobian"]["min"] > 0.3
    assert not report["inverse"]["exact"]
    assert report["inverse"]["error_mm"]["mean"] < 0.2
    assert report["stages"][-1]["stage"] == method


def test_a_patient_that_a_file_turned_over_is_turned_back():
    half = rigid((0, 0, 180), (10, 5, 0))
    other = moved(patient(grid_of(flips=(1, -1, 1)), 1)[0], half)
    found = s2t.register(patient(FIXED)[0], other, rigid_only=True, **COARSE)
    assert wrong_by(found.transform, half) < 1.0
    assert found.report["start"]["turn"] == "180° about the axis from foot to head"
    assert any("turned by 180°" in note for note in found.report["notes"])


def test_the_world_of_the_files_is_kept_where_it_agrees():
    other = moved(patient(grid_of(flips=(1, 1, -1)), 1)[0], rigid((0, 0, 0), (6, -4, 8)))
    assert s2t.register(patient(FIXED)[0], other, rigid_only=True, **COARSE).report["start"]["turn"] == "none"


def test_padding_never_counts():
    fixed, grid = patient(FIXED)[0], grid_of((0, 4, 0))
    other = moved(patient(grid, 1)[0], rigid((0, 3, 0), (8, 0, 4)))
    valid = np.ones(grid.shape, np.bool_)
    valid[:, :, 30:] = False
    found = []
    for rubbish in (-1000, 3000):
        array = np.where(valid, other.array, rubbish).astype(np.int16)
        found.append(s2t.register(fixed, other.replace(array=array, valid=valid), rigid_only=True, **COARSE))
    assert found[0].report["linear_lps"] == found[1].report["linear_lps"]
    assert np.array_equal(found[0].moved.array, found[1].moved.array)
    assert wrong_by(found[0].transform, rigid((0, 3, 0), (8, 0, 4))) < 2.0


def test_labels_that_agree_less_than_before_are_told():
    assert not list(labels_apart({}))
    assert not list(labels_apart({"before": {1: 0.5, 2: 0.9}, "after": {1: 0.7, 2: 0.69}}))
    (fault,) = labels_apart({"before": {1: 0.5, 2: 0.9}, "after": {1: 0.6, 2: 0.7}})
    assert fault.reason == "labels-worse"
    assert "0.650" in fault.message
    assert "0.700" in fault.message


def folding():
    """A displacement that lays what is 40 mm apart on one another."""
    values = np.zeros((12, 12, 12, 3))
    values[4:8, ..., 2] = np.array([90.0, 30.0, -30.0, -90.0])[:, None, None]
    image = SimpleITK.GetImageFromArray(values, isVector=True)
    image.SetSpacing([40.0, 40.0, 40.0])
    image.SetOrigin([-220.0] * 3)
    return image


def test_a_fold_is_seen_and_told(tmp_path, monkeypatch):
    found = jacobian(np.eye(4), folding(), None)
    assert found.least < 0
    assert 0 < found.folded < 1
    assert jacobian(np.diag([1, 1, 1.1, 1]), None, None).least == pytest.approx(1.1)
    monkeypatch.setattr(story, "_bent", lambda *_: (folding(), np.ones((12, 12, 12), np.bool_)))
    paths = write_both(tmp_path)
    shown = command(*paths, tmp_path / "out", "--deformable", "--method", "demons")
    assert shown.exit_code == 1
    assert "folds: " in shown.stderr
    assert (tmp_path / "out" / "transform.h5").exists()


def test_what_became_worse_is_told(tmp_path, monkeypatch):
    paths = write_both(tmp_path, np.eye(4))
    monkeypatch.setattr(story, "align", lambda *_, **__: rigid((0, 0, 0), (31, 12, 5)))
    shown = command(*paths, tmp_path / "out")
    assert shown.exit_code == 1
    assert "worse: the scans are less alike" in shown.stderr
    assert (tmp_path / "out" / "before-after.png").exists()
    assert json.loads((tmp_path / "out" / "report.json").read_text())["faults"][0]["reason"] == "worse"


def test_a_part_of_the_patient_is_found_in_a_frame_of_its_own():
    # Its middle is that of no whole patient, whichever middle is meant.
    whole = moved(patient(grid_of((4, 9, -7), shape=(58, 61, 36), spacing=(7.3, 6.0, 7.9)), 1)[0], MOVE)
    array, affine = whole.array[31:, :, 14:], whole.grid.affine.copy()
    affine[:3, 3] = whole.grid.to_world((31, 0, 14)) + np.array((-115, 215, 310))
    part = Volume(array=array, grid=Grid(array.shape, affine), unit="HU")
    found = s2t.register(patient(FIXED)[0], part, rigid_only=True, **COARSE)
    far = MOVE.copy()
    far[:3, 3] += (-115, 215, 310)
    assert wrong_by(found.transform, far) < 5.0
    assert found.faults == ()


def test_scans_of_two_things_have_little_in_common():
    noise = np.random.default_rng(0).normal(0, 300, SHAPE).astype(np.float32)
    found = s2t.register(
        patient(FIXED)[0], Volume(array=noise, grid=FIXED, unit="HU"), rigid_only=True, **COARSE
    )
    assert "little-in-common" in {fault.reason for fault in found.faults}


@pytest.mark.parametrize("nearest", [False, True])
def test_labels_and_values_are_sampled_as_everywhere_else(nearest):
    rng = np.random.default_rng(5)
    grid, source = grid_of((7, 3, 5), shape=(13, 11, 9)), grid_of((1, -8, 20), (1, -1, 1), 0.2, (10, 14, 12))
    matrix = rigid((3, 7, -5), (4, 3, -8))
    transform = as_transform(LPS_TO_RAS @ matrix @ LPS_TO_RAS)
    back = Grid(source.shape, np.linalg.inv(matrix) @ source.affine)
    for kind in (np.uint8, np.int16):
        labels = Labels(array=rng.integers(0, 4, source.shape).astype(kind), grid=source)
        ours = labels_onto(labels, grid, transform, nearest=nearest, jobs=1)
        how = Sampling("nearest" if nearest else "linear", antialias=False)
        assert ours.array.dtype == kind
        assert (ours.array == sample_labels(labels.replace(grid=back), grid, how).array).mean() > 0.998
    if nearest:
        return
    values = rng.normal(size=source.shape).astype(np.float32)
    for valid in (None, rng.random(source.shape) < 0.7):
        image = Volume(array=values, grid=source, valid=valid)
        ours = image_onto(image, grid, transform, jobs=1)
        theirs = sample(
            image.replace(grid=back), grid, Sampling("linear", antialias=False), ValueMap(), fill=0.0
        )
        assert (ours.valid == theirs.valid).mean() > 0.998
        both = ours.valid & theirs.valid
        assert both.any()
        assert not both.all()
        assert np.abs(ours.array - theirs.array)[both].max() < 1e-3
        assert not ours.array[~ours.valid].any()


def test_labels_of_a_whole_scan_are_those_of_the_sampler():
    # Of this size memory is the system's own: what was given back cannot be read again by luck.
    shape, spacing = (211, 173, 120), (1.1, 1.3, 2.1)
    grid = grid_of(shape=shape, spacing=spacing)
    blocks = np.indices(shape, np.uint8)
    labels = Labels(
        array=((blocks[0] // 40 + blocks[1] // 30 + blocks[2] // 20) % 4).astype(np.uint8), grid=grid
    )
    matrix = rigid((0, 0, 0), (11.3, -7.2, 13.9))
    transform = as_transform(LPS_TO_RAS @ matrix @ LPS_TO_RAS)
    ours = labels_onto(labels, grid, transform, nearest=True, jobs=1)
    back = Grid(shape, np.linalg.inv(matrix) @ grid.affine)
    theirs = sample_labels(labels.replace(grid=back), grid, Sampling("nearest", antialias=False))
    assert (ours.array == theirs.array).mean() > 0.999
    assert (ours.array != labels.array).mean() > 0.1


@pytest.mark.parametrize(
    "direction",
    [np.eye(3), np.diag([-1.0, -1.0, 1.0]), np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])],
    ids=["LPS", "RAS", "sagittal"],
)
def test_volumes_change_as_much_whatever_the_axes_of_the_grid(direction):
    affine = np.eye(4)
    affine[:3, :3] = direction @ np.diag([2.0, 3.0, 5.0])
    k, j, i = np.indices((8, 9, 10))
    places = np.stack([i, j, k], axis=-1) @ affine[:3, :3].T
    field = SimpleITK.GetImageFromArray(places * [0.2, 0.1, -0.1], isVector=True)
    field.SetSpacing([2.0, 3.0, 5.0])
    field.SetDirection(direction.ravel().tolist())
    inner = np.zeros((8, 9, 10), np.bool_)
    inner[1:-1, 1:-1, 1:-1] = True
    found = jacobian(np.eye(4), field, inner)
    assert found.least == pytest.approx(1.2 * 1.1 * 0.9, abs=1e-6)
    assert found.most == pytest.approx(1.2 * 1.1 * 0.9, abs=1e-6)


def test_a_coarse_displacement_holds_to_the_end_of_a_finer_grid():
    coarse = SimpleITK.GetImageFromArray(np.full((5, 6, 7, 3), 10.0), isVector=True)
    coarse.SetSpacing([8.0, 8.0, 8.0])
    coarse.SetOrigin([2.0, 2.0, 2.0])
    finer = SimpleITK.Image([15, 13, 12], SimpleITK.sitkFloat32)
    finer.SetSpacing([4.0, 4.0, 4.0])
    spline = SimpleITK.BSplineTransformInitializer(finer, [3, 3, 3], 3)
    whole = SimpleITK.GetArrayFromImage(_together(coarse, spline, finer))
    assert np.allclose(whole, 10.0)


def test_a_mask_of_the_moving_scan_alone_is_all_that_counts():
    fixed, _ = patient(FIXED)
    other, drawn = (moved(one, rigid((0, 0, 0), (6, -5, 7))) for one in patient(grid_of((3, -4, 2)), 1))
    found = s2t.register(fixed, other, moving_mask=drawn, rigid_only=True, start="none", **COARSE)
    assert "apart" not in {fault.reason for fault in found.faults}


def test_a_mask_without_a_whole_block_is_refused():
    fixed, _ = patient(FIXED)
    speck = np.zeros(FIXED.shape, np.uint8)
    speck[30, 25, 15] = 1
    mask = Labels(array=speck, grid=FIXED)
    with pytest.raises(WrongUse, match="too thin"):
        s2t.register(fixed, fixed, fixed_mask=mask, finest_mm=20.0)
