"""The chest wall and the pectoral muscle of mammograms, however they were stored."""

import numpy as np
import pytest

from scan2train.measures.mammogram import MammogramLook, mammogram_look
from scan2train.testing.phantoms import mammogram

CASES = [(side, view, seed) for side in "LR" for view in ("CC", "MLO") for seed in (2, 5)]
EDGE = {"L": "left", "R": "right"}


@pytest.mark.parametrize(("side", "view", "seed"), CASES)
def test_side_and_view_are_seen(side, view, seed):
    look = mammogram_look(mammogram(side, view, (220, 170), seed=seed, calcifications=True))
    assert (look.chest_wall, look.view) == (EDGE[side], view)
    assert look.muscle_at == ("top" if view == "MLO" else "")


@pytest.mark.parametrize(("side", "view", "seed"), CASES)
def test_a_picture_in_which_dense_is_dark_looks_the_same(side, view, seed):
    picture = mammogram(side, view, (130, 104), seed=seed)
    assert mammogram_look(4095 - picture, dense_is_dark=True) == mammogram_look(picture)


def test_pictures_are_seen_as_they_are_stored():
    picture = mammogram("L", "MLO", (220, 170))
    assert mammogram_look(picture[:, ::-1]) == MammogramLook(chest_wall="right", view="MLO", muscle_at="top")
    assert mammogram_look(picture[::-1]) == MammogramLook(chest_wall="left", view="MLO", muscle_at="bottom")
    assert mammogram_look(picture.T) == MammogramLook(chest_wall="top", view="MLO", muscle_at="left")


def test_padding_beside_the_breast_is_no_breast():
    picture = mammogram("R", "CC", (220, 170)).copy()
    picture[:, :30] = 4000
    valid = np.ones(picture.shape, bool)
    valid[:, :30] = False
    assert mammogram_look(picture, valid) == MammogramLook(chest_wall="right", view="CC")


@pytest.mark.parametrize("shape", [(12, 11), (90, 70)])
def test_noise_tells_nothing(shape):
    picture = np.random.default_rng(5).integers(0, 4096, shape)
    assert mammogram_look(picture) == MammogramLook()


def test_a_breast_that_fills_the_picture_tells_nothing():
    picture = 2000 + np.random.default_rng(5).normal(0, 30, (140, 110))
    assert mammogram_look(picture) == MammogramLook()
