"""What sampling promises, apart from agreeing with others."""

import numpy as np
import pytest

from scan2train.grid import Grid
from scan2train.sampling import Sampling, ValueMap, sample, sample_labels, transform_values
from scan2train.sampling.alignment import align, covers
from scan2train.sampling.taps import make_taps
from scan2train.volume import Labels, Volume

SHAPE = (24, 31, 17)
SPACING = (0.8, 0.6, 2.0)
SAME = ValueMap()


def plane(points):
    """A linear function of the world."""
    return 3.0 + points @ np.array([1.5, -2.0, 0.7])


def linear_volume(direction=None):
    grid = Grid.from_axes(SHAPE, spacing_mm=SPACING, origin_mm=(5, -3, 9), direction=direction)
    values = plane(grid.to_world(np.moveaxis(np.indices(SHAPE), 0, -1)))
    return Volume(array=values, grid=grid)


@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("spacing", [(0.5, 0.5, 0.5), (1.3, 1.7, 4.1), (0.5, 1.7, 3.0)])
def test_a_linear_function_of_place_stays_what_it_is(interpolation, antialias, spacing):
    volume = linear_volume()
    grid = Grid.from_axes((6, 5, 4), spacing_mm=spacing, origin_mm=(11, 4, 18))
    made = sample(volume, grid, Sampling(interpolation, antialias), SAME, fill=0)
    expected = plane(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)))
    np.testing.assert_allclose(made.array, expected, atol=1e-5)


def test_padding_never_bleeds_into_anatomy():
    volume = linear_volume()
    valid = np.ones(SHAPE, bool)
    valid[:8] = valid[:, :, 12:] = False
    poisoned = volume.replace(array=np.where(valid, volume.array, -1e6), valid=valid)
    turned = np.array([[np.cos(0.2), -np.sin(0.2), 0], [np.sin(0.2), np.cos(0.2), 0], [0, 0, 1]])
    for direction in (None, turned):
        grid = Grid.from_axes(
            (30, 24, 20), spacing_mm=(0.61, 0.7, 1.1), origin_mm=(6, -1, 10), direction=direction
        )
        for interpolation in ("linear", "cubic", "nearest"):
            made = sample(poisoned, grid, Sampling(interpolation), SAME, fill=-77.0)
            assert made.valid is not None
            assert made.valid.any()
            assert (made.array[made.valid] > -200).all()
            assert (made.array[~made.valid] == -77.0).all()


def test_antialias_averages_what_the_new_grid_cannot_hold():
    values = np.zeros((64, 40, 12))
    values[::2] = 100.0  # the finest stripes there are
    volume = Volume.from_array(values, (0.5, 1.0, 3.0))
    grid = Grid.from_axes((16, 40, 12), spacing_mm=(2.0, 1.0, 3.0), origin_mm=(0.75, 0, 0))
    smooth = sample(volume, grid, Sampling("linear", antialias=True), SAME, fill=0)
    np.testing.assert_allclose(smooth.array[1:-1], 50.0, atol=1e-4)
    turned = np.array([[np.cos(1e-3), -np.sin(1e-3), 0], [np.sin(1e-3), np.cos(1e-3), 0], [0, 0, 1]])
    tilted = Grid.from_axes(
        (14, 30, 10), spacing_mm=(2.0, 1.0, 3.0), origin_mm=(2.75, 2, 1), direction=turned
    )
    np.testing.assert_allclose(sample(volume, tilted, Sampling("linear"), SAME, fill=0).array, 50.0, atol=1.0)


def test_grids_that_fall_on_one_another_keep_type_and_values():
    volume = linear_volume().replace(array=np.arange(np.prod(SHAPE), dtype=np.int32).reshape(SHAPE))
    shift = np.eye(4)
    shift[:3, 3] = (3, -2, 5)
    grid = Grid((20, 30, 15), volume.grid.affine @ shift)
    made = sample(volume, grid, Sampling("cubic"), SAME, fill=-9)
    assert made.array.dtype == np.int32
    np.testing.assert_array_equal(made.array[:, 2:, :12], volume.array[3:23, :28, 5:])
    assert (made.array[:, :2] == -9).all()
    assert made.valid is not None
    assert not made.valid[:, :2].any()
    assert made.valid[:, 2:, :12].all()


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint32, np.int64])
def test_whole_numbers_come_back_in_one_type_however_wide_they_were_kept(dtype):
    # CT of one vendor is read as int16, of another as int32: a set of both must not be of two types.
    values = np.random.default_rng(4).integers(0, 3000, SHAPE)
    volume = Volume.from_array(values.astype(dtype), SPACING, (5, -3, 9))
    grid = Grid.from_axes((9, 10, 11), spacing_mm=(1.1, 0.9, 1.5), origin_mm=(6, -2, 10))
    plain = sample(volume.replace(array=values.astype(np.float32)), grid, Sampling("linear"), SAME, fill=0)
    made = sample(volume, grid, Sampling("linear"), SAME, fill=0)
    assert made.array.dtype == np.float32
    np.testing.assert_array_equal(made.array, plain.array)
    changed = transform_values(volume, ValueMap(scale=2.0, shift=1.0))
    assert changed.array.dtype == np.float32
    np.testing.assert_array_equal(changed.array, values * 2 + 1)


@pytest.mark.parametrize(("dtype", "largest"), [(np.int32, -(2**24) - 1), (np.uint32, 2**24 + 1)])
def test_whole_numbers_that_float32_would_move_become_float64(dtype, largest):
    array = np.zeros(SHAPE, dtype)
    array[3, 4, 5] = largest
    made = transform_values(Volume.from_array(array, SPACING), ValueMap(scale=1.0, shift=1.0))
    assert made.array.dtype == np.float64
    assert made.array[3, 4, 5] == largest + 1


def test_the_change_of_values_is_that_of_each_value():
    volume = linear_volume()
    change = ValueMap.clip(-5, 20).then(ValueMap.linear((-5, 20), (0, 1)))
    grid = Grid.from_axes((9, 10, 11), spacing_mm=(1.1, 0.9, 1.5), origin_mm=(6, -2, 10))
    plain = sample(volume, grid, Sampling("linear"), SAME, fill=0).array
    fused = sample(volume, grid, Sampling("linear"), change, fill=0).array
    np.testing.assert_allclose(fused, (np.clip(plain, -5, 20) + 5) / 25, atol=1e-9)
    assert fused.min() >= 0
    assert fused.max() <= 1


def test_colour_is_sampled_channel_by_channel():
    volume = linear_volume()
    colour = volume.replace(array=np.stack([volume.array, -volume.array, 2 * volume.array], axis=-1))
    grid = Grid.from_axes((9, 10, 11), spacing_mm=(1.1, 0.9, 1.5), origin_mm=(6, -2, 10))
    plain = sample(volume, grid, Sampling("linear"), SAME, fill=0).array
    made = sample(colour, grid, Sampling("linear"), SAME, fill=0).array
    np.testing.assert_allclose(made, np.stack([plain, -plain, 2 * plain], axis=-1), atol=1e-9)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, np.uint16, np.int32, np.int64])
def test_labels_keep_type_and_make_no_new_value(dtype):
    values = np.zeros(SHAPE, dtype)
    values[5:15, 8:20, 4:9] = 7
    values[15:20, 8:20, 4:9] = 100
    labels = Labels.from_array(values, SPACING, (5, -3, 9), names={7: "liver", 100: "spleen"})
    for spacing in ((0.5, 0.5, 0.5), (1.9, 2.3, 4.5)):
        grid = Grid.from_axes((12, 9, 8), spacing_mm=spacing, origin_mm=(8, 0, 12))
        made = sample_labels(labels, grid, Sampling("linear"))
        assert made.array.dtype == dtype
        assert set(np.unique(made.array)) <= {0, 7, 100}
        assert made.names == labels.names


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [-(2**63), -(2**31) - 1, 2**31, 2**63 - 1])
def test_labels_beyond_32_bits_stay_what_they_are(beyond):
    values = np.zeros(SHAPE, np.int64)
    values[5:15, 8:20, 4:9] = beyond
    labels = Labels.from_array(values, SPACING, (5, -3, 9))
    grid = Grid.from_axes((12, 9, 8), spacing_mm=(1.9, 2.3, 4.5), origin_mm=(8, 0, 12))
    assert set(np.unique(sample_labels(labels, grid, Sampling("linear")).array).tolist()) == {0, beyond}


@pytest.mark.parametrize("flip", [1, -1])
def test_the_nearest_label_is_that_of_the_voxel_around_the_place(flip):
    values = np.repeat(np.random.default_rng(3).integers(0, 4, (9, 11, 7)), 3, axis=0).astype(np.uint8)
    labels = Labels(array=values, grid=Grid.from_axes(values.shape, spacing_mm=(1.4, 1.7, 4.0)))
    direction = np.diag([flip, 1.0, 1.0])
    fine = Grid.from_axes(
        (70, 24, 22),
        spacing_mm=(0.53, 0.71, 1.1),
        origin_mm=(18.585 - flip * 18.285, 0.1, 0.2),
        direction=direction,
    )
    index = np.indices(fine.shape).reshape(3, -1).T
    i, j, k = np.rint(labels.grid.to_index(fine.to_world(index))).astype(int).T
    expected = values[i, j, k].reshape(fine.shape)
    np.testing.assert_array_equal(sample_labels(labels, fine, Sampling("nearest")).array, expected)


def test_weights_reach_no_further_than_the_source_and_sum_to_one():
    for size in (1, 2, 3, 7, 40):
        for count, factor, offset in ((5, 0.7, 0.3), (30, -0.5, 8.0), (3, 9.0, 2.0)):
            for interpolation in ("nearest", "linear", "cubic"):
                taps = make_taps(size, count, factor, offset, interpolation, stretch=max(1.0, abs(factor)))
                assert taps.start.min() >= 0
                assert (taps.start + taps.weights.shape[1]).max() <= size
                np.testing.assert_allclose(taps.weights.sum(axis=1), 1)


def test_alignment_tells_exact_from_close_from_turned():
    grid = Grid.from_axes(SHAPE, spacing_mm=SPACING, origin_mm=(1, 2, 3))
    nudge = np.eye(4)
    nudge[0, 3] = 0.01
    near, far = (
        Grid(SHAPE, grid.affine @ nudge),
        Grid.from_axes((3, 3, 3), spacing_mm=SPACING, origin_mm=(90, 2, 3)),
    )
    same = align(grid, grid)
    assert same is not None
    assert same.exact
    moved = align(grid, near)
    assert moved is not None
    assert not moved.exact
    assert covers(grid, near)
    assert not covers(grid, far)
    turn = np.array([[np.cos(0.1), -np.sin(0.1), 0], [np.sin(0.1), np.cos(0.1), 0], [0, 0, 1]])
    assert align(grid, Grid.from_axes(SHAPE, spacing_mm=SPACING, direction=turn)) is None


def test_a_change_of_values_keeps_the_channels_apart():
    values = np.arange(np.prod((*SHAPE, 3)), dtype=np.float32).reshape(*SHAPE, 3)
    made = transform_values(Volume.from_array(values, SPACING), ValueMap(scale=2, shift=1))
    np.testing.assert_array_equal(made.array, 2 * values + 1)


def test_labels_are_averaged_on_turned_grids_as_on_straight_ones():
    rng = np.random.default_rng(5)
    values = (rng.random((40, 36, 32)) < 0.7).astype(np.uint8)
    labels = Labels.from_array(values, (1.0, 1.1, 1.2))
    for angle in (0.0, 0.002):
        turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        grid = Grid.from_axes((8, 7, 6), spacing_mm=(4, 4.4, 4.8), origin_mm=(3, 3, 3), direction=turn)
        assert sample_labels(labels, grid, Sampling("linear")).array.mean() > 0.97
        assert sample_labels(labels, grid, Sampling("linear", antialias=False)).array.mean() < 0.97


@pytest.mark.parametrize("angle", [0.0, 0.1])
def test_cubic_beside_padding_stays_near_what_is_real(angle):
    values = np.full(SHAPE, 100.0)
    values[:, ::3] = 110.0
    valid = np.ones(SHAPE, bool)
    valid[:9] = False
    volume = Volume.from_array(np.where(valid, values, -3000.0), SPACING, valid=valid)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    grid = Grid.from_axes((20, 20, 20), spacing_mm=(0.6, 0.5, 1.1), origin_mm=(4, 2, 3), direction=turn)
    made = sample(volume, grid, Sampling("cubic"), SAME, fill=0)
    assert made.valid is not None
    real = made.array[made.valid]
    assert real.size
    assert real.min() > 95
    assert real.max() < 115
