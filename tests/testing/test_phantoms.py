from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from scan2train.grid import Grid
from scan2train.testing.phantoms import analytic, brain_mr, chest_ct, position_encoding
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.testing.strategies import grids, labels, volumes


def _at(volume, *points_mm):
    return [volume.array[tuple(np.rint(volume.grid.to_index(point)).astype(int))] for point in points_mm]


def test_the_chest_has_each_tissue_where_it_belongs():
    volume, lesion = chest_ct(noise_hu=0, organs=True)
    air, right, left, heart, liver, trachea, fat = _at(
        volume,
        (0, 145, 0),
        (80, 30, 70),
        (-80, 30, 70),
        (-40, 34, -46),
        (80, 4, -135),
        (0, -4, 90),
        (0, 112, 0),
    )
    assert air == trachea == -1000
    assert right == left == -850
    assert 30 <= heart <= 60
    assert 50 <= liver <= 65
    assert -110 <= fat <= -80
    assert _at(lesion, (78, 14, 34), (80, 30, 70), (-80, 30, 70), (0, 145, 0)) == [1, 2, 3, 0]
    assert _at(volume, (78, 14, 34)) == [35]
    sizes = np.bincount(lesion.array.ravel())
    assert sizes[2] > sizes[3], "the right lung is the larger one"
    assert volume.unit == "HU"
    assert volume.array.dtype == np.int16
    assert volume.grid.orientation == "LPS"


def test_the_lesion_has_its_size_and_place():
    centre, radius = (-66.0, 10.0, 22.0), 15.0
    _, lesion = chest_ct((300, 260, 150), (1.3, 1.4, 2.1), lesion_centre_mm=centre, lesion_radius_mm=radius)
    voxels = np.argwhere(lesion.array)
    ml = len(voxels) * np.prod(lesion.grid.spacing) / 1000
    assert ml == pytest.approx(4 / 3 * np.pi * radius**3 / 1000, rel=0.02)
    np.testing.assert_allclose(lesion.grid.to_world(voxels).mean(axis=0), centre, atol=0.2)


def test_the_table_is_below_the_back_and_can_be_left_out():
    with_table, _ = chest_ct(noise_hu=0)
    without, _ = chest_ct(noise_hu=0, table=False)
    where = with_table.grid.to_world(np.argwhere(with_table.array != without.array))
    assert len(where) > 1000
    assert where[:, 1].max() < -90


def test_the_same_seed_gives_the_same_scan_and_another_gives_other_noise():
    first, again, other = (chest_ct((40, 33, 21), (9.0, 10.0, 14.0), seed=s)[0] for s in (4, 4, 5))
    np.testing.assert_array_equal(first.array, again.array)
    assert (first.array != other.array).mean() > 0.5


@pytest.mark.parametrize("make", [chest_ct, brain_mr])
def test_any_orientation_shows_the_same_patient(make):
    quiet = {"noise_hu": 0} if make is chest_ct else {"noise": 0}
    straight, straight_labels = make((41, 35, 27), (9.0, 10.0, 11.0), orientation="LPS", **quiet)
    turned, turned_labels = make((27, 41, 35), (11.0, 9.0, 10.0), orientation="SRP", **quiet)
    np.testing.assert_array_equal(turned.array, straight.array.transpose(2, 0, 1)[:, ::-1, :])
    np.testing.assert_array_equal(turned_labels.array, straight_labels.array.transpose(2, 0, 1)[:, ::-1, :])


def test_an_oblique_grid_cuts_the_same_anatomy():
    angle = np.deg2rad(30)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    shape, spacing = (60, 61, 40), np.array((7.0, 8.0, 9.0))
    grid = Grid.from_axes(
        shape, spacing_mm=spacing, direction=turn, origin_mm=-turn @ (spacing * (np.array(shape) - 1) / 2)
    )
    volume, _ = chest_ct(grid=grid, noise_hu=0)
    assert _at(volume, (80, 30, 70), (-80, 30, 70), (0, -4, 90)) == [-850, -850, -1000]


def test_the_head_has_its_layers_and_no_negative_values():
    volume, tissue = brain_mr(noise=0, bias=0)
    assert _at(volume, (40, 0, 8), (0, 0, 76), (0, 0, 88), (13, 4, 14)) == [540, 380, 140, 130]
    assert _at(tissue, (40, 0, 8), (0, 0, 76), (0, 0, 88), (13, 4, 14)) == [3, 2, 1, 1]
    noisy, _ = brain_mr()
    assert noisy.array.min() >= 0
    assert noisy.array[tissue.array == 0].mean() > 0, "noise lies in the air around the head"


@given(grids(shear=True))
def test_position_encoding_tells_where_every_voxel_is(grid):
    volume = position_encoding(grid, (1.0, -2.5, 0.75), offset=10)
    every = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    expected = grid.to_world(every) @ (1.0, -2.5, 0.75) + 10
    np.testing.assert_allclose(volume.array, expected, rtol=0, atol=1e-9)


def test_an_analytic_volume_is_rounded_for_whole_types():
    grid = centred_grid((4, 5, 6), (1.0, 2.0, 3.0))
    volume = analytic(grid, lambda x, y, z: x + 10 * y + 100 * z, dtype=np.int16, unit="HU")
    assert volume.array.dtype == np.int16
    assert volume.array[0, 0, 0] == round(-1.5 - 40 - 750)
    flat = analytic(grid, lambda x, y, z: 7)  # noqa: ARG005
    assert flat.array.shape == (4, 5, 6)


@given(grids(min_size=3, max_size=9, shear=True))
def test_drawn_grids_differ_on_all_axes(grid):
    assert len(set(grid.shape)) == 3
    assert all(3 <= n <= 9 for n in grid.shape)
    assert np.linalg.det(grid.affine[:3, :3]) != 0


@given(volumes(dtype=np.int16), labels())
def test_drawn_volumes_and_labels_hold_what_was_asked_for(volume, mask):
    assert volume.array.dtype == np.int16
    assert -1024 <= volume.array.min() <= volume.array.max() <= 3071
    assert set(np.unique(mask.array)) <= {0, 1, 2}
