"""Slices: what is stored, where it is stored; between voxels what lies there; slabs of real values alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from scan2train.errors import GridMismatch, WrongUse
from scan2train.grid import Grid
from scan2train.labelling.label_map import LabelMap
from scan2train.labelling.slices import label_slice
from scan2train.viewing.image import Image
from scan2train.viewing.planes import NAMES
from scan2train.viewing.slices import slice_of
from scan2train.volume import Volume
from scans_to_view import oblique_grid

RNG = np.random.default_rng(7)


def image_of(array, grid, **more) -> Image:
    return Image(id="a", name="a", volume=Volume(array=array, grid=grid, **more))


def noise(shape=(41, 33, 22), dtype=np.int16):
    return RNG.integers(-900, 900, shape).astype(dtype)


@pytest.mark.parametrize("name", NAMES)
def test_a_slice_of_the_lattice_holds_its_very_voxels_in_their_type(name):
    array, grid = noise(), oblique_grid()
    image = image_of(array, grid)
    planes = image.planes["voxel"][name]
    for n in (0, planes.count // 3, planes.count - 1):
        cut = slice_of(image, planes, n)
        assert (cut.values.shape, cut.values.dtype, cut.valid) == (
            (planes.height, planes.width),
            np.int16,
            None,
        )
        rows, columns = np.mgrid[: planes.height, : planes.width]
        pixels = np.stack([columns, rows, np.full_like(rows, n)], axis=-1)
        world = pixels @ planes.affine[:3, :3].T + planes.affine[:3, 3]
        i, j, k = np.rint(grid.to_index(world)).astype(int).reshape(-1, 3).T
        np.testing.assert_array_equal(cut.values.ravel(), array[i, j, k])


def test_a_slice_as_it_lies_in_memory_is_not_copied():
    array = np.ascontiguousarray(noise().T).T
    grid = Grid.from_axes(array.shape, direction=np.diag([-1.0, -1.0, 1.0]), spacing_mm=(0.7, 0.9, 2.0))
    image = image_of(array, grid)
    cut = slice_of(image, image.planes["voxel"]["axial"], 5)
    assert np.shares_memory(cut.values, array)
    assert cut.values.flags.c_contiguous


@pytest.mark.parametrize("name", NAMES)
def test_planes_of_the_patient_are_interpolated_linearly(name):
    array, grid = noise(), oblique_grid()
    image = image_of(array, grid)
    planes = image.planes["patient"][name]
    n = planes.count // 2
    cut = slice_of(image, planes, n)
    rows, columns = np.mgrid[: planes.height, : planes.width]
    world = np.stack([columns, rows, np.full_like(rows, n)], axis=-1) @ planes.affine[:3, :3].T
    indices = grid.to_index(world + planes.affine[:3, 3])
    limits = np.array(grid.shape) - 0.5
    clear = (abs(indices + 0.5) > 1e-6).all(axis=-1) & (abs(indices - limits) > 1e-6).all(axis=-1)
    inside = (indices > -0.5).all(axis=-1) & (indices < limits).all(axis=-1)
    assert 0.2 < inside.mean() < 0.98
    np.testing.assert_array_equal(cut.valid[clear], inside[clear])
    expected = map_coordinates(array.astype(float), np.moveaxis(indices, -1, 0), order=1, mode="nearest")
    np.testing.assert_allclose(cut.values[inside], expected[inside], atol=0.05)
    told = cut.with_nan()
    assert told.dtype == np.float32
    assert np.isnan(told[clear & ~inside]).all()
    assert np.isfinite(told[clear & inside]).all()


def test_a_planted_voxel_is_found_at_the_same_place_in_every_plane_of_both_modes():
    grid, index = oblique_grid(), (13, 21, 8)
    array = np.zeros(grid.shape, np.int16)
    array[index] = 1000
    image, place = image_of(array, grid), grid.to_world(index)
    for mode, reach in (("voxel", 1e-6), ("patient", 0.9 * np.sqrt(3) / 2)):
        for name in NAMES:
            planes = image.planes[mode][name]
            best = max(
                ((n, slice_of(image, planes, n).values) for n in range(planes.count)),
                key=lambda one: one[1].max(),
            )
            row, column = np.unravel_index(best[1].argmax(), best[1].shape)
            found = planes.grid(best[0]).to_world((column, row, 0))
            assert np.linalg.norm(found - place) <= reach, (mode, name)


def test_padding_is_not_blended_and_counts_in_no_slab():
    array, grid = noise(), oblique_grid()
    valid = RNG.random(grid.shape) > 0.3
    array[~valid] = -3000
    image = image_of(array, grid, valid=valid)
    planes = image.planes["voxel"]["axial"]
    n, slab = 9, 4
    first = n - (slab - 1) // 2
    ks = np.rint(grid.to_index(planes.grid(first, slab).to_world([(0, 0, s) for s in range(slab)])))[:, 2]
    assert sorted(ks) == [8, 9, 10, 11]
    real = np.ma.masked_array(array, ~valid)[:, :, ks.astype(int)]
    for how, expected in (("max", real.max(axis=2)), ("min", real.min(axis=2)), ("mean", real.mean(axis=2))):
        cut = slice_of(image, planes, n, slab=slab, how=how)
        seen = ~np.ma.getmaskarray(expected)
        np.testing.assert_array_equal(cut.valid, seen.T)
        np.testing.assert_allclose(cut.values[seen.T], expected.data.T[seen.T], rtol=1e-5, atol=1e-3)
        assert (cut.values[~seen.T] == -3000).all()
    one = slice_of(image, planes, n)
    assert one.values.min() == -3000  # as it is stored
    patient = slice_of(image, image.planes["patient"]["axial"], 20)
    assert patient.values[patient.valid].min() > -3000


@pytest.mark.parametrize("how", ["max", "min", "mean"])
def test_a_slab_stops_at_the_ends(how):
    array = noise()
    image = image_of(array, Grid.from_axes(array.shape, spacing_mm=(0.9, 1.2, 3.1)))
    cut = slice_of(image, image.planes["voxel"]["axial"], 0, slab=5, how=how)
    expected = getattr(array[:, :, :3].astype(float), how)(axis=2)
    np.testing.assert_allclose(cut.values, expected.T[::-1, ::-1], rtol=1e-5, atol=1e-3)


def test_one_image_on_the_planes_of_another_lies_where_it_lies():
    base = image_of(noise((20, 18, 9)), oblique_grid((20, 18, 9)))
    shape = (30, 26, 24)
    i, j, k = np.meshgrid(*map(np.arange, shape), indexing="ij")
    grid = Grid.from_axes(shape, spacing_mm=(1.1, 1.3, 1.7), origin_mm=(-10.0, -16.0, -36.0))
    world = grid.to_world(np.stack([i, j, k], axis=-1))
    other = image_of((world @ (1.0, -2.0, 0.5)).astype(np.float32), grid)
    for name in NAMES:
        planes = base.planes["voxel"][name]
        cut = slice_of(other, planes, planes.count // 2)
        rows, columns = np.mgrid[: planes.height, : planes.width]
        here = planes.grid(planes.count // 2).to_world(np.stack([columns, rows, rows * 0], axis=-1))
        at = grid.to_index(here)
        well_inside = ((at > 0) & (at < np.array(shape) - 1)).all(axis=-1)
        assert well_inside.mean() > 0.3
        np.testing.assert_allclose(cut.values[well_inside], (here @ (1.0, -2.0, 0.5))[well_inside], atol=1e-3)


def test_pixels_have_no_place_among_millimetres():
    lattice = Grid((9, 8, 7), np.eye(4), physical=False)
    pixels = image_of(noise((9, 8, 7)), lattice)
    other = image_of(noise((9, 8, 7)), lattice)
    scan = image_of(noise((9, 8, 7)), Grid((9, 8, 7), np.diag([1.1, 1.3, 2.1, 1.0])))
    for mode in ("voxel", "patient"):
        for image, base in ((scan, pixels), (pixels, scan)):
            planes = base.planes[mode]["axial"]
            with pytest.raises(GridMismatch, match="no place") as refused:
                slice_of(image, planes, 2)
            assert refused.value.expected != refused.value.found
            with pytest.raises(GridMismatch, match="no place"):
                label_slice(LabelMap(image.volume), planes, 2)
    shown = slice_of(other, pixels.planes["voxel"]["axial"], 2)
    np.testing.assert_array_equal(shown.values, other.volume.array[:, :, 2].T)


@pytest.mark.parametrize(("how", "of_mixed"), [("max", True), ("min", False)])
def test_a_slab_of_truths_is_true_where_a_real_one_is(how, of_mixed):
    array = np.zeros((9, 8, 7), bool)
    array[:, 4:] = True
    array[:, 2:4, ::2] = True
    valid = np.ones(array.shape, bool)
    valid[:3] = False
    valid[3:5, :, 2] = False
    image = image_of(array, Grid(array.shape, np.diag([1.1, 1.3, 2.1, 1.0])), valid=valid)
    planes = image.planes["voxel"]["axial"]
    cut = slice_of(image, planes, 3, slab=3, how=how)
    expected = np.zeros((9, 8), bool)
    expected[:, 4:] = True
    expected[:, 2:4] = of_mixed
    real = valid[:, :, 2:5].any(axis=2)
    i, j = (np.rint(planes.affine[axis, 3] / step).astype(int) for axis, step in ((0, 1.1), (1, 1.3)))
    shown, marked = (
        found.T[:: 1 if i == 0 else -1, :: 1 if j == 0 else -1] for found in (cut.values, cut.valid)
    )
    assert shown.dtype == bool
    np.testing.assert_array_equal(marked, real)
    np.testing.assert_array_equal(shown[real], expected[real])


def test_colour_and_points_of_time():
    grid = oblique_grid((9, 7, 5))
    colour = image_of(RNG.integers(0, 255, (9, 7, 5, 3)).astype(np.uint8), grid)
    assert (colour.channels, colour.times, colour.white) == (3, 1, 255)
    wide = RNG.integers(0, 65535, (9, 7, 5, 3)).astype(np.uint16)
    for meta, white in (
        ({}, 0),  # three values a voxel, such as a direction
        ({"photometric": "PALETTE COLOR", "bits_stored": 8}, 65535),
        ({"photometric": "RGB", "bits_stored": 12}, 4095),
    ):
        assert image_of(wide, grid, meta=meta).white == white
    assert slice_of(colour, colour.planes["voxel"]["sagittal"], 2).values.shape == (5, 7, 3)
    turned = slice_of(colour, colour.planes["patient"]["axial"], 6)
    assert turned.with_nan().shape[2] == 3
    points = noise((9, 7, 5, 4))
    moving = image_of(points, grid, meta={"dimension_values": (0, 2, 4, 6)})
    assert (moving.channels, moving.times) == (1, 4)
    for t in range(4):
        still = image_of(points[..., t], grid)
        for mode in ("voxel", "patient"):
            planes = still.planes[mode]["coronal"]
            np.testing.assert_array_equal(
                slice_of(moving, planes, 3, t=t).with_nan(), slice_of(still, planes, 3).with_nan()
            )


@pytest.mark.parametrize(
    "asked", [{"n": -1}, {"n": 22}, {"n": 0, "t": 1}, {"n": 0, "slab": 0}, {"n": 0, "slab": 4, "how": "sum"}]
)
def test_what_is_not_there_is_told(asked):
    image = image_of(noise(), oblique_grid())
    with pytest.raises(WrongUse):
        slice_of(image, image.planes["voxel"]["axial"], **asked)


@pytest.mark.parametrize(("how", "expected"), [("max", 3.0), ("min", 1.0), ("mean", 2.0)])
def test_what_is_no_number_hides_no_slab(how, expected):
    array = np.stack([np.full((7, 6), value, np.float32) for value in (1.0, np.nan, 3.0)], axis=-1)
    image = image_of(array, Grid(array.shape, np.diag([1.1, 1.3, 2.5, 1.0])))
    cut = slice_of(image, image.planes["voxel"]["axial"], 1, slab=3, how=how)
    assert np.all(cut.values == expected)
