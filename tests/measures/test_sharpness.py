"""Sharpness and noise of CT slices: what was blurred by a known amount is measured to be so."""

from __future__ import annotations

import numpy as np
import pytest

from blurred_body import body
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.measures.noise_spectrum import noise_spectrum
from scan2train.measures.sharpness import sharpness
from scan2train.read import read
from scan2train.steps.smooth_in_plane import SmoothInPlane
from scan2train.testing.noise import grained
from scan2train.volume import Volume

#: Pixels that differ along i and j, also so large that no edge of one slice shows the blur.
SPACINGS = [(0.7, 0.8, 2.0), (0.95, 0.5, 3.0), (1.4, 1.1, 1.0)]


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("sigma_mm", [0.5, 0.8, 1.3])
@pytest.mark.parametrize("more", [{}, {"skin_hu": 120.0}, {"outside": -850}], ids=["plain", "skin", "lung"])
def test_the_blur_comes_back(sigma_mm, spacing, more):
    found = sharpness(body(sigma_mm, spacing, **more))
    assert found.sigma_mm == pytest.approx(sigma_mm, rel=0.05)
    assert found.transfer(np.array([0.0, found.f50])) == pytest.approx([1, 0.5])


def test_what_is_not_real_is_not_looked_at():
    volume = body(0.8, SPACINGS[0])
    array, valid = volume.array.copy(), np.ones(volume.grid.shape, bool)
    array[:, :60, :], valid[:, :60, :] = 3000, False
    array[70:90, 100:130, :], valid[70:90, 100:130, :] = -1000, False
    assert sharpness(volume.replace(array=array, valid=valid)).sigma_mm == pytest.approx(0.8, rel=0.03)


@pytest.mark.parametrize(
    "volume",
    [
        body(0.8, SPACINGS[0]).replace(unit="a.u."),
        body(0.8, (2.1, 0.9, 1.0)),
        body(0.8, SPACINGS[0], outside=-300),
        body(0.8, SPACINGS[0], noise_hu=200),
        body(0.8, SPACINGS[0]).replace(array=np.zeros(body(0.8, SPACINGS[0]).grid.shape, np.int16)),
    ],
    ids=["no HU", "large pixels", "no air", "noise", "nothing"],
)
def test_what_cannot_be_told_is_not_told(volume):
    assert sharpness(volume) is None


@pytest.mark.parametrize("sigma_mm", [0.4, 0.8, 1.5])
def test_squares_add_up_on_a_phantom(sigma_mm):
    volume = body(0.6, SPACINGS[1], skin_hu=120.0)
    made = SmoothInPlane(sigma_mm=sigma_mm)(volume)
    assert sharpness(made).sigma_mm == pytest.approx(np.hypot(0.6, sigma_mm), rel=0.03)


@pytest.mark.slow
def test_squares_add_up_on_a_real_chest(real_data):
    row = index(real_data / "ct_chest_lidc0314", cache=False).volumes.row(0, named=True)
    whole = read(row, irregular="keep-largest-regular")
    before = sharpness(whole)
    assert 0.4 < before.sigma_mm < 0.7  # a sharp kernel: f50 of 0.27 to 0.47 / mm
    for sigma_mm in (0.5, 0.9, 1.4):
        found = sharpness(SmoothInPlane(sigma_mm=sigma_mm)(whole)).sigma_mm
        # Its edges overshoot, as a Gaussian's do not: so much they differ.
        assert found == pytest.approx(np.hypot(before.sigma_mm, sigma_mm), rel=0.03)


@pytest.mark.parametrize("spacing", [(0.7, 0.8), (0.45, 0.97)])
def test_fine_noise_has_a_higher_mean_frequency(spacing):
    shape = (150, 140, 6)
    made = []
    for ratio in (0.15, 0.6, 3.0):
        values = grained(ratio, spacing)(np.zeros(shape, np.int16))
        volume = Volume(array=values, grid=Grid(shape, np.diag((*spacing, 3.0, 1.0))), unit="HU")
        made.append(noise_spectrum(volume))
        assert made[-1].deviation_hu == pytest.approx(14, rel=0.2)
    assert np.all(np.diff([one.mean_frequency for one in made]) > 0.03)


def test_the_power_of_white_noise_is_its_variance_times_the_area_of_a_pixel():
    shape, spacing = (150, 140, 6), (0.6, 0.9)
    values = grained(None, spacing)(np.zeros(shape, np.int16))
    found = noise_spectrum(Volume(array=values, grid=Grid(shape, np.diag((*spacing, 3.0, 1.0))), unit="HU"))
    assert np.median(found.power) == pytest.approx(14**2 * 0.6 * 0.9, rel=0.1)


def test_air_has_no_spectrum():
    assert noise_spectrum(body(0.8, SPACINGS[0], noise_hu=0.2)) is None
