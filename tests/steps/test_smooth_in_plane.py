"""Smoothing within slices: the kernel, padding, and the same as SimpleITK and scipy on real data."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK
from scipy import ndimage

from scan2train.errors import GeometryError, WrongUse
from scan2train.grid import Grid
from scan2train.read import read
from scan2train.steps.smooth_in_plane import SmoothInPlane
from scan2train.volume import Volume

SPACING = (0.7, 1.1, 2.5)


def volume_of(array, **more):
    return Volume(array=array, grid=Grid(array.shape, np.diag((*SPACING, 1.0))), unit="HU", **more)


@pytest.mark.parametrize("sigma_mm", [0.2, 0.9, 2.4])
def test_a_point_spreads_by_its_variance_in_mm_within_its_slice(sigma_mm):
    array = np.zeros((61, 51, 3), np.float64)
    array[30, 25, 1] = 1
    made = SmoothInPlane(sigma_mm=sigma_mm)(volume_of(array)).array
    assert made[:, :, 1].sum() == pytest.approx(1, abs=1e-6)
    assert made[:, :, [0, 2]].max() == 0
    for axis, (middle, step) in enumerate(((30, 0.7), (25, 1.1))):
        away = (np.arange(made.shape[axis]) - middle) * step
        assert (made[:, :, 1].sum(axis=1 - axis) * away**2).sum() == pytest.approx(sigma_mm**2, rel=1e-3)


def test_what_is_padding_or_beyond_the_faces_weighs_nothing():
    valid = np.ones((30, 28, 4), bool)
    valid[:9, 5:, :2] = False
    array = np.where(valid, 40, -30000).astype(np.int16)
    made = SmoothInPlane(sigma_mm=3.0)(volume_of(array, valid=valid))
    assert made.array[valid] == pytest.approx(40, abs=1e-3)
    assert np.array_equal(made.valid, valid)


def test_on_a_real_ct_it_is_what_others_make(real_data):
    volume = read(real_data / "nifti_totalseg_sm" / "example_ct_sm.nii.gz")
    volume = volume.replace(unit="HU")
    sigma_mm = 2 * volume.grid.spacing[0]
    made = SmoothInPlane(sigma_mm=sigma_mm)(volume).array
    inside = (slice(12, -12), slice(12, -12))
    pixels = (sigma_mm / volume.grid.spacing[0], sigma_mm / volume.grid.spacing[1], 0)
    sampled = ndimage.gaussian_filter(volume.array.astype(np.float64), pixels, truncate=6)
    assert np.abs(made - sampled)[inside].max() < 0.02  # float32, and what is cut off
    image = SimpleITK.GetImageFromArray(volume.array.T.astype(np.float64))
    image.SetSpacing(volume.grid.spacing)
    theirs = SimpleITK.DiscreteGaussian(image, (sigma_mm**2, sigma_mm**2, 0), 40, 1e-6, True)
    # Its kernel solves the discrete heat equation: of one variance, with a narrower middle and longer tails.
    off = (made - SimpleITK.GetArrayFromImage(theirs).T)[inside]
    assert np.sqrt((off**2).mean()) < 0.01 * volume.array[inside].std()


def test_without_millimetres_it_is_refused():
    pixels = Volume(array=np.zeros((5, 6, 1)), grid=Grid((5, 6, 1), np.eye(4), physical=False))
    with pytest.raises(GeometryError, match="needs millimetres"):
        SmoothInPlane(sigma_mm=1.0)(pixels)
    with pytest.raises(WrongUse, match="0 or more"):
        SmoothInPlane(sigma_mm=-1.0)
