"""What filters refuse, and what padding beside them does not do."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.measures.foreground import foreground_values, foreground_voxels
from scan2train.measures.noise import noise_sigma
from scan2train.recipe.lookup import find_step
from scan2train.steps.bias_field import BiasField
from scan2train.volume import Volume

FILTERS = {
    "denoise_gaussian": {"sigma": 1.5},
    "denoise_median": {"radius": 1},
    "denoise_anisotropic": {"sigma": 1.5},
    "denoise_nonlocal": {"search": 2, "noise": 1.0},
}


def make(word, **options):
    return find_step(word).from_json({"do": word, **options})


@pytest.mark.parametrize("word", FILTERS)
@pytest.mark.parametrize("fill", [-3000.0, 0.0])
def test_what_is_even_stays_even_beside_padding_and_faces(word, fill):
    array = np.full((11, 9, 8), 700.0, np.float32)
    valid = np.ones(array.shape, bool)
    valid[:4, 5:] = False
    valid[7, 3, 3] = False
    volume = Volume.from_array(np.where(valid, array, fill), (1.5, 2.0, 3.0), valid=valid)
    made = make(word, **FILTERS[word])(volume)
    np.testing.assert_allclose(made.array[valid], 700.0, rtol=1e-6)
    assert made.array.dtype == np.float32


@pytest.mark.parametrize("word", FILTERS)
def test_millimetres_are_refused_where_there_are_none(word):
    flat = Volume(array=np.zeros((6, 5, 1), np.float32), grid=Grid((6, 5, 1), np.eye(4), physical=False))
    name = next(iter(FILTERS[word]))
    more = {key: value for key, value in FILTERS[word].items() if key != name}
    with pytest.raises(WrongUse, match="without millimetres"):
        make(word, **{f"{name}_mm": 2.0}, **more)(flat)
    with pytest.raises(WrongUse, match=name):
        make(word, **more)


def test_a_ball_that_reaches_no_neighbour_changes_nothing():
    volume = Volume.from_array(np.arange(60, dtype=np.float32).reshape(5, 4, 3), (2.0, 2.0, 5.0))
    np.testing.assert_array_equal(make("denoise_median", radius_mm=1.9)(volume).array, volume.array)


def test_a_flat_picture_and_channels_are_filtered_each_by_itself():
    array = np.random.default_rng(0).normal(size=(9, 7, 1, 2)).astype(np.float32)
    made = make("denoise_gaussian", sigma=1.0)(Volume.from_array(array)).array
    alone = make("denoise_gaussian", sigma=1.0)(Volume.from_array(array[..., 1])).array
    np.testing.assert_array_equal(made[..., 1], alone)


@pytest.mark.parametrize(
    ("unit", "meta"),
    [("HU", {"modality": "CT"}), ("SUVbw", {"modality": "PT"}), ("a.u.", {"modality": "CT"})],
)
def test_only_mr_has_a_bias_field(unit, meta):
    volume = Volume.from_array(np.ones((5, 5, 5), np.float32), unit=unit, meta=meta)
    with pytest.raises(WrongUse, match="only MR"):
        BiasField()(volume)


def test_values_around_zero_have_no_bias_field():
    array = np.linspace(-2, -1, 512, dtype=np.float32).reshape(8, 8, 8)
    with pytest.raises(WrongUse, match="above 0"):
        BiasField()(Volume.from_array(array, (4.0, 4.0, 4.0)))


def test_noise_is_measured_in_each_channel_beside_padding():
    rng = np.random.default_rng(3)
    one = np.where(np.indices((12, 13, 14))[0] < 6, 0, 1000) + rng.normal(0, 5, (12, 13, 14))
    valid = np.ones(one.shape, np.bool_)
    valid[:, :, :2] = False
    volume = Volume(array=one.astype(np.float32), grid=Grid(one.shape, np.eye(4)), valid=valid)
    three = volume.replace(array=np.stack([volume.array] * 3, axis=-1))
    assert noise_sigma(three) == pytest.approx(noise_sigma(volume))
    assert foreground_values(three, whole=False).shape == (3 * foreground_values(volume, whole=False).size,)
    assert (
        three.array[foreground_voxels(three, whole=False)].size == foreground_values(three, whole=False).size
    )
