"""Lungs of real scans: beside masks of others, and of one whole chest that is stored, thinned, turned and filled."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

import scan2train as s2t


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def both(a, b):
    return min(dice(a == label, b == label) for label in (1, 2))


def reasons(found):
    return {one.reason for one in found.doubts}


def test_half_a_chest_beside_the_mask_that_was_released_with_it(real_data):
    folder = real_data / "mha_mhd_elastix"
    scan = s2t.read(folder / "3DCT_lung_baseline_small.mha")
    truth = s2t.read(folder / "3DCT_lung_baseline_mask.mha", as_labels=True)
    found = s2t.segment_lungs(scan)
    places = np.stack(np.meshgrid(*map(np.arange, truth.grid.shape), indexing="ij"), axis=-1)
    at = np.rint(scan.grid.to_index(truth.grid.to_world(places))).astype(int)
    i, j, k = np.moveaxis(at.clip(0, np.array(scan.grid.shape) - 1), -1, 0)
    assert dice(found.labels.array[i, j, k] == 1, truth.array > 0) >= 0.96
    assert {"one-lung", "cut-lung"} <= reasons(found)


def test_the_bases_in_a_scan_of_the_belly(real_data):
    folder = real_data / "nifti_totalseg_sm"
    truth = s2t.read(folder / "example_seg.nii.gz", as_labels=True).array
    found = s2t.segment_lungs(folder / "example_ct_sm.nii.gz")
    right, left = np.isin(truth, (12, 13, 14)), np.isin(truth, (10, 11))
    assert dice(found.labels.array > 0, right | left) >= 0.96
    assert dice(found.labels.array == 1, right) >= 0.95
    assert dice(found.labels.array == 2, left) >= 0.95
    assert {"implausible-volume", "cut-lung"} <= reasons(found)


@pytest.fixture(scope="module")
def chest(real_data):
    return s2t.read(real_data / "ct_chest_lidc0314" / "dicom")


@pytest.fixture(scope="module")
def lungs(chest):
    return s2t.segment_lungs(chest)


@pytest.mark.slow
def test_a_chest_with_a_collapsed_lobe(lungs):
    assert lungs.measures[0].volume_ml == pytest.approx(960, rel=0.03)
    assert lungs.measures[1].volume_ml == pytest.approx(1960, rel=0.03)
    assert reasons(lungs) == {"unequal-lungs"}


@pytest.mark.slow
def test_turned_to_lie_prone_it_is_the_same(chest, lungs):
    affine = chest.grid.affine.copy()
    affine[:3, 3] = chest.grid.to_world((511, 511, 0))
    affine[:3, :2] *= -1
    prone = chest.replace(array=chest.array[::-1, ::-1], grid=s2t.Grid(chest.grid.shape, affine))
    assert np.array_equal(s2t.segment_lungs(prone).labels.array, lungs.labels.array[::-1, ::-1])
    assert "turned" in reasons(s2t.segment_lungs(prone.replace(grid=chest.grid)))


@pytest.mark.slow
def test_in_slices_of_5_mm(chest, lungs):
    thick = chest.array.reshape(512, 512, 55, 5).mean(axis=3).round().astype(np.int16)
    affine = chest.grid.affine.copy()
    affine[:3, 3] += 2 * affine[:3, 2]
    affine[:3, 2] *= 5
    found = s2t.segment_lungs(s2t.Volume(array=thick, grid=s2t.Grid(thick.shape, affine), unit="HU"))
    assert both(found.labels.array, lungs.labels.array[:, :, 2::5]) > 0.985


@pytest.mark.slow
def test_rotated_by_10_degrees(chest, lungs):
    turn = np.deg2rad(10)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([255.5, 255.5])
    values, want = np.empty_like(chest.array), np.empty_like(lungs.labels.array)
    for k in range(chest.grid.shape[2]):
        offset = middle - matrix @ middle
        plane = chest.array[:, :, k].astype(np.float32)
        values[:, :, k] = ndimage.affine_transform(plane, matrix, offset, order=1, cval=-1000).round()
        want[:, :, k] = ndimage.affine_transform(lungs.labels.array[:, :, k], matrix, offset, order=0)
    assert both(s2t.segment_lungs(chest.replace(array=values)).labels.array, want) > 0.98


@pytest.mark.slow
def test_fluid_at_the_back_is_left_out_and_said(chest, lungs):
    left = lungs.labels.array == 2
    rows = np.flatnonzero(left.any(axis=(0, 2)))
    fluid = left.copy()
    fluid[:, : rows[-1] - int(0.3 * (rows[-1] - rows[0]))] = False
    found = s2t.segment_lungs(chest.replace(array=np.where(fluid, 12, chest.array).astype(np.int16)))
    assert both(found.labels.array, np.where(fluid, 0, lungs.labels.array)) > 0.985
    assert "opacified-lung" in reasons(found)
