"""Sampling agrees with SimpleITK and scipy wherever they define the same thing."""

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so
from scipy import ndimage
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.sampling import Sampling, ValueMap, sample, sample_labels
from scan2train.volume import Labels, Volume

SHAPE = (37, 29, 23)
SPACING = (0.7, 0.9, 2.5)


def as_sitk(volume):
    grid = volume.grid
    image = sitk.GetImageFromArray(np.ascontiguousarray(volume.array.T))
    lps = LPS_TO_RAS @ grid.affine
    image.SetSpacing(grid.spacing)
    image.SetOrigin(lps[:3, 3].tolist())
    image.SetDirection((lps[:3, :3] / np.asarray(grid.spacing)).ravel().tolist())
    return image


def by_sitk(volume, grid, interpolator, default):
    reference = as_sitk(Volume(array=np.zeros(grid.shape, np.uint8), grid=grid))
    image = sitk.Cast(as_sitk(volume), sitk.sitkFloat64)
    made = sitk.Resample(image, reference, sitk.Transform(), interpolator, default, sitk.sitkFloat64)
    return sitk.GetArrayFromImage(made).T


def smooth_volume(dtype, direction=None):
    i, j, k = np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij")
    values = 400 * np.sin(i / 5) * np.cos(j / 7) + 30 * k
    return Volume.from_array(values.astype(dtype), SPACING, (11.0, -7.0, 3.0), direction)


TARGETS = {
    "finer": Grid.from_axes((50, 26, 55), spacing_mm=(0.5, 0.95, 1.0), origin_mm=(11.3, -6.6, 3.2)),
    "coarser": Grid.from_axes((15, 12, 11), spacing_mm=(1.6, 2.1, 5.1), origin_mm=(11.5, -6.5, 4.0)),
    "flipped": Grid.from_axes(
        (30, 40, 20), spacing_mm=(0.8, 0.6, 2.2), origin_mm=(36.0, 18.0, 5.0), direction=np.diag([-1, -1, 1])
    ),
    "swapped": Grid.from_axes(
        (20, 30, 25),
        spacing_mm=(2.2, 0.8, 0.9),
        origin_mm=(11.9, -6.7, 5.0),
        direction=[[0, 0, 1], [0, 1, 0], [1, 0, 0]],
    ),
    "turned": Grid.from_axes(
        (30, 28, 20),
        spacing_mm=(0.8, 0.9, 2.1),
        origin_mm=(14.0, -3.0, 8.0),
        direction=Rotation.from_euler("xyz", [10, -7, 15], degrees=True).as_matrix(),
    ),
}


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float32, np.float64, np.int32])
def test_linear_is_that_of_simpleitk(name, dtype):
    volume = smooth_volume(dtype)
    made = sample(volume, TARGETS[name], Sampling("linear", antialias=False), ValueMap(), fill=-5.0)
    expected = by_sitk(volume, TARGETS[name], sitk.sitkLinear, -5.0)
    tolerance = 1e-9 if made.array.dtype == np.float64 else 2e-3
    np.testing.assert_allclose(made.array, expected, atol=tolerance)
    outside = expected == -5.0
    assert (outside.any()) == (made.valid is not None)
    if made.valid is not None:
        np.testing.assert_array_equal(made.valid, ~outside)


@pytest.mark.parametrize("name", TARGETS)
def test_nearest_is_that_of_simpleitk(name):
    volume = smooth_volume(np.int16)
    made = sample(volume, TARGETS[name], Sampling("nearest", antialias=False), ValueMap(), fill=-5.0)
    expected = by_sitk(volume, TARGETS[name], sitk.sitkNearestNeighbor, -5.0)
    assert (made.array != expected).mean() < 0.002  # centres exactly between two voxels may go either way


@pytest.mark.parametrize("name", ["finer", "flipped", "swapped"])
def test_cubic_is_the_interpolating_spline_with_natural_ends(name):
    volume = smooth_volume(np.float64)
    grid = TARGETS[name]
    made = sample(volume, grid, Sampling("cubic", antialias=False), ValueMap(), fill=0.0)
    places = volume.grid.to_index(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)))
    inside = ((places >= 0) & (places <= np.array(SHAPE) - 1)).all(axis=-1)
    splines = volume.array
    for axis in range(3):  # separable: one axis at a time, on the places that this axis takes
        along = next(a for a in range(3) if np.ptp(places[..., axis], axis=a).max() > 0)
        ticks = np.moveaxis(places[..., axis], along, 0)[:, 0, 0]
        splines = CubicSpline(np.arange(SHAPE[axis]), splines, axis=axis, bc_type="natural")(ticks)
    expected = splines.transpose((2, 1, 0)) if name == "swapped" else splines
    np.testing.assert_allclose(made.array[inside], expected[inside], atol=2e-4)


def test_cubic_on_a_turned_grid_is_the_interpolating_spline():
    volume = smooth_volume(np.float64)
    grid = TARGETS["turned"]
    made = sample(volume, grid, Sampling("cubic", antialias=False), ValueMap(), fill=0.0)
    places = volume.grid.to_index(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)))
    inside = ((places >= 0) & (places <= np.array(SHAPE) - 1)).all(axis=-1)
    expected = ndimage.map_coordinates(volume.array, np.moveaxis(places, -1, 0), order=3, mode="mirror")
    np.testing.assert_allclose(made.array[inside], expected[inside], atol=2e-4)


def test_labels_are_one_hot_and_arg_max():
    rng = np.random.default_rng(3)
    blocks = (
        rng.integers(0, 5, (13, 10, 8))
        .repeat(3, 0)
        .repeat(3, 1)
        .repeat(3, 2)[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    )
    labels = Labels.from_array(blocks.astype(np.uint8), SPACING, (11.0, -7.0, 3.0))
    for grid in TARGETS.values():
        made = sample_labels(labels, grid, Sampling("linear", antialias=False))
        channels = np.stack(
            [
                by_sitk(
                    Volume(array=(blocks == label).astype(np.float64), grid=labels.grid),
                    grid,
                    sitk.sitkLinear,
                    0,
                )
                for label in range(5)
            ]
        )
        inside = channels.sum(axis=0) > 0.5
        ranked = np.sort(channels, axis=0)
        clear = inside & (ranked[-1] - ranked[-2] > 1e-6)
        np.testing.assert_array_equal(made.array[clear], channels.argmax(axis=0)[clear])
        assert (made.array[~inside] == 0).all()
