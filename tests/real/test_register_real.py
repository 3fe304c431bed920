"""Real scans, moved and bent by known transforms, brought back; a volunteer supine and prone; labels carried over."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

import scan2train as s2t
from scan2train.grid import Grid
from scan2train.tools.register.itk import moved_points, through
from scan2train.tools.register.onto_fixed import image_onto, labels_onto
from scan2train.tools.register.patient import centre, patient_in
from scan2train.tools.register.scan import Scan

SEGMENTED = "nifti_totalseg_sm/example_ct_sm.nii.gz"


def supine(real_data):
    return s2t.read(next((real_data / "mr_positions_hfs_hfp").glob("HFS*")))


def abdomen(real_data):
    return s2t.read(real_data / SEGMENTED).replace(unit="HU")


def chest(real_data):
    """On blocks of 2 mm: the whole of it takes a minute to read and move."""
    return Scan.of(s2t.read(real_data / "ct_chest_lidc0314"), None, 2.0).volume


SCANS = {"MR": supine, "abdomen": abdomen, "chest": chest}


def points_of(scan, seed=0):
    """LPS+ mm of places in the body."""
    index = np.argwhere(patient_in(scan))[:, ::-1]
    return moved_points(scan.affine, np.random.default_rng(seed).choice(index, 2000, replace=False))


def turned(volume, seed):
    """Up to 15° about each axis and 30 mm along each, about the middle of the body."""
    scan = Scan.of(volume, None, 4.0)
    rng = np.random.default_rng(seed)
    angles, shift = np.radians(rng.uniform(-15, 15, 3)), rng.uniform(-30, 30, 3)
    at = centre(scan, patient_in(scan))
    return SimpleITK.Euler3DTransform(at.tolist(), *angles.tolist(), shift.tolist()), points_of(scan, seed)


def bent(volume, seed):
    """A smooth deformation by up to 10 mm."""
    scan = Scan.of(volume, None, 4.0)
    spline = SimpleITK.BSplineTransformInitializer(scan.image, [4, 4, 4], 3)
    weights = np.random.default_rng(seed).uniform(-1, 1, len(spline.GetParameters()))
    spline.SetParameters(weights.tolist())
    points = points_of(scan, seed)
    most = np.linalg.norm(through(spline, points) - points, axis=1).max()
    spline.SetParameters((weights * 10 / most).tolist())
    return spline, points


def other_grid(grid, seed):
    """The same box of the world, on other voxels."""
    spacing = np.array(grid.spacing) * (1.13, 1.31, 1.2)
    shape = tuple(int(n) for n in np.ceil(np.array(grid.shape) * grid.spacing / spacing))
    affine = grid.affine.copy()
    affine[:3, :3] = grid.direction * spacing
    affine[:3, 3] += np.random.default_rng(seed).uniform(-1, 1, 3)
    return Grid(shape, affine)


def noisy(volume, seed):
    noise = np.random.default_rng(seed).normal(0, 10, volume.array.shape).astype(np.float32)
    return volume.replace(array=volume.array + noise)


def wrong_by(found, true, points):
    """Mean target error in mm; ``true`` goes from the moved world to that of the scan."""
    return float(np.linalg.norm(through(true, through(found.transform, points)) - points, axis=1).mean())


def voxel_mm(volume):
    return float(np.prod(volume.grid.spacing)) ** (1 / 3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", SCANS)
def test_known_turns_and_shifts_are_recovered(real_data, name, seed):
    volume = SCANS[name](real_data)
    true, points = turned(volume, seed)
    other = noisy(image_onto(volume, other_grid(volume.grid, seed), true, jobs=2), seed)
    found = s2t.register(volume, other)
    assert wrong_by(found, true, points) < voxel_mm(volume)
    assert not found.faults


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", SCANS)
def test_known_deformations_are_recovered(real_data, name, seed):
    volume = SCANS[name](real_data)
    true, points = bent(volume, seed)
    other = noisy(image_onto(volume, other_grid(volume.grid, seed), true, jobs=2), seed)
    found = s2t.register(volume, other, deformable=True)
    assert wrong_by(found, true, points) < 1.5 * voxel_mm(volume)
    assert found.report["jacobian"]["min"] > 0
    assert not found.faults


@pytest.mark.slow
def test_a_whole_chest_that_was_bent_comes_back_though_no_file_says_that_it_is_a_ct(real_data):
    volume = s2t.read(real_data / "ct_chest_lidc0314").replace(unit="a.u.", meta={})
    true, points = bent(volume, 0)
    other = noisy(image_onto(volume, other_grid(volume.grid, 0), true, jobs=2), 0)
    found = s2t.register(volume, other, deformable=True)
    assert [one["stage"] for one in found.report["stages"]] == ["rigid", "affine", "demons"]
    assert sum("taken for HU" in note for note in found.report["notes"]) == 2
    assert wrong_by(found, true, points) < 1.5 * voxel_mm(volume)
    assert found.report["jacobian"]["min"] > 0
    assert not found.faults


def test_a_volunteer_supine_and_prone_is_reconciled(real_data):
    prone = s2t.read(next((real_data / "mr_positions_hfs_hfp").glob("HFP*")))
    found = s2t.register(supine(real_data), prone, rigid_only=True)
    metric = found.report["metric"]
    assert {found.report[word]["patient_position"] for word in ("fixed", "moving")} == {"HFS", "HFP"}
    assert found.report["start"]["turn"] == "none"
    assert metric["at_end"] > metric["as_found"] + 0.1
    assert not found.faults


def test_labels_lie_better_after_than_before(real_data):
    volume = abdomen(real_data)
    labels = s2t.read(real_data / "nifti_totalseg_sm/example_seg.nii.gz", as_labels=True)
    true, _ = bent(volume, 0)
    grid = other_grid(volume.grid, 0)
    other = noisy(image_onto(volume, grid, true, jobs=1), 0)
    drawn = labels_onto(labels, grid, true, nearest=False, jobs=1)
    found = s2t.register(volume, other, labels=drawn, fixed_labels=labels, deformable=True)
    before, after = (np.mean(list(found.report["dice"][word].values())) for word in ("before", "after"))
    assert after > before + 0.1
    assert found.labels.grid == volume.grid


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ct_and_mr_of_one_patient_come_together_wherever_the_mr_was(real_data, seed):
    """Nobody knows the true place of this MR on the CT; but it is the same, however the MR was moved before.

    By up to 10° and 20 mm here: what the MR shows is 112 mm wide, a third of what the CT does.
    """
    patient = real_data / "sts_002_ct_mr_pet" / "dicom"
    ct, mr = (s2t.read(patient / name / "image") for name in ("CT", "MR_T1"))
    tumour = s2t.read(patient / "CT" / "mask", as_labels=True, reference=ct)
    points = ct.grid.to_world(np.argwhere(tumour.array > 0)[::9]) * (-1, -1, 1)
    as_found = s2t.register(ct, mr, rigid_only=True)
    assert not as_found.faults
    assert as_found.report["metric"]["at_end"] > as_found.report["metric"]["as_found"] + 0.01
    rng = np.random.default_rng(seed)
    angles, shift = np.radians(rng.uniform(-10, 10, 3)), rng.uniform(-20, 20, 3)
    at = mr.grid.to_world((np.array(mr.grid.shape) - 1) / 2) * (-1, -1, 1)
    true = SimpleITK.Euler3DTransform(at.tolist(), *angles.tolist(), shift.tolist())
    moved = image_onto(mr, other_grid(wider(mr.grid, (35, 35, 12)), seed), true, jobs=2)
    again = s2t.register(ct, moved, rigid_only=True)
    apart = through(true, through(again.transform, points)) - through(as_found.transform, points)
    assert np.linalg.norm(apart, axis=1).mean() < 5.0


def wider(grid, by):
    """With so many voxels more on each side."""
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world(-np.array(by, float))
    return Grid(tuple(n + 2 * more for n, more in zip(grid.shape, by, strict=True)), affine)
