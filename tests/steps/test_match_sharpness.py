"""Matching sharpness: two kernels of one body are equally sharp after it, and nothing is sharpened."""

from __future__ import annotations

import numpy as np
import pytest

from blurred_body import body
from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.grid import Grid
from scan2train.measures.sharpness import sharpness
from scan2train.recipe import Recipe
from scan2train.steps.match_sharpness import MatchSharpness
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Volume

SPACING = (0.8, 0.9, 6.0)


@pytest.fixture(scope="module")
def sharp():
    return body(0.5, SPACING, skin_hu=90.0)


def test_the_target_is_met_and_the_account_says_how(sharp):
    made, account = Recipe(steps=(MatchSharpness(target_mm=0.9),)).run(sharp)
    assert sharpness(made).sigma_mm == pytest.approx(0.9, rel=0.03)
    (done,) = account.to_json()["step"]
    assert done["do"] == "smooth_in_plane"
    assert done["sigma_mm"] == pytest.approx(np.sqrt(0.9**2 - done["measured_mm"] ** 2))
    assert done["target_mm"] == 0.9
    again, _ = account.run(sharp)
    assert np.array_equal(again.array, made.array)


def test_nothing_is_sharpened(sharp):
    smooth, _ = Recipe(steps=(MatchSharpness(target_mm=1.2),)).run(sharp)
    made, account = Recipe(steps=(MatchSharpness(target_mm=0.7),)).run(smooth)
    assert np.array_equal(made.array, smooth.array)
    (done,) = account.to_json()["step"]
    assert done["sigma_mm"] == 0
    assert done["measured_mm"] == pytest.approx(1.2, rel=0.03)


def test_what_cannot_be_measured_is_refused_unless_it_shall_be_left():
    volume = Volume(array=np.zeros((40, 50, 5), np.int16), grid=Grid((40, 50, 5), np.eye(4)), unit="HU")
    with pytest.raises(Scan2TrainError, match="cannot measure this scan"):
        Recipe(steps=(MatchSharpness(target_mm=0.7),)).run(volume)
    made, account = Recipe(steps=(MatchSharpness(target_mm=0.7, unknown="leave"),)).run(volume)
    assert np.array_equal(made.array, volume.array)
    assert account.to_json()["step"] == [{"do": "smooth_in_plane", "sigma_mm": 0.0, "target_mm": 0.7}]


def test_slices_that_are_not_transverse_are_refused(sharp):
    turned = Volume(array=sharp.array, grid=centred_grid(sharp.grid.shape, SPACING, "LIP"), unit="HU")
    with pytest.raises(WrongUse, match="transverse"):
        Recipe(steps=(MatchSharpness(target_mm=0.7),)).run(turned)
