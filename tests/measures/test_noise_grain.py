"""The grain of noise, whatever the spacing and the place."""

import numpy as np
import pytest

from scan2train.grid import Grid
from scan2train.measures.noise_grain import noise_grain
from scan2train.testing.noise import grained
from scan2train.volume import Volume


def tissue(ratio, spacing=(0.7, 0.8, 3.0), shape=(130, 120, 6), **more):
    affine = np.diag((*spacing, 1.0))
    values = grained(ratio, spacing[:2], **more)(np.zeros(shape, np.int16))
    return Volume(array=values, grid=Grid(shape, affine), unit="HU")


@pytest.mark.parametrize("spacing", [(0.7, 0.8, 3.0), (0.45, 0.97, 1.0), (0.98, 0.4, 5.0)])
@pytest.mark.parametrize("ratio", [0.15, 0.6, 1.0, 3.0])
def test_the_ratio_of_the_noise_comes_back(spacing, ratio):
    assert noise_grain(tissue(ratio, spacing)) == pytest.approx(ratio, rel=0.3)


def test_white_noise_has_one():
    assert noise_grain(tissue(None)) == pytest.approx(1, rel=0.15)


def test_slopes_and_edges_do_not_count():
    volume = tissue(0.5)
    array = volume.array.astype(np.float32)
    array += np.linspace(-20, 20, array.shape[0])[:, None, None]
    array[:30] = -1000
    changed = volume.replace(array=np.rint(array).astype(np.int16))
    assert noise_grain(changed) == pytest.approx(noise_grain(volume), rel=0.25)


def test_what_is_not_real_is_left_out():
    volume = tissue(3.0)
    array, valid = volume.array.copy(), np.ones(volume.grid.shape, bool)
    array[:40], valid[:40] = 40, False
    assert noise_grain(volume.replace(array=array, valid=valid)) == pytest.approx(3, rel=0.35)


@pytest.mark.parametrize(
    "volume",
    [
        tissue(1.0, spacing=(1.2, 0.8, 3.0)),
        tissue(1.0, deviation=0.5),
        tissue(1.0, shape=(20, 20, 3)),
        tissue(1.0).replace(unit="a.u."),
        tissue(1.0).replace(array=np.full((130, 120, 6), -1000, np.int16)),
    ],
    ids=["large pixels", "no noise", "too little", "no HU", "air"],
)
def test_what_cannot_be_told_is_not_told(volume):
    assert noise_grain(volume) is None
