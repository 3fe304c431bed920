"""Matching histograms: landmarks go where they belong, and as skimage and SimpleITK say."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK
from skimage.exposure import match_histograms

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.read import read
from scan2train.recipe import Recipe
from scan2train.steps.match_histogram import MatchHistogram
from scan2train.volume import Volume

PERCENTS = tuple(float(p) for p in (1, 10, 25, 50, 75, 90, 99))


def volume_of(array, **more):
    return Volume(array=array, grid=Grid(array.shape, np.diag((0.9, 1.2, 2.0, 1.0))), **more)


@pytest.fixture(scope="module")
def brain(real_data):
    return read(real_data / "nifti_totalseg_sm" / "example_mr_sm.nii.gz")


def test_landmarks_become_the_references_whatever_the_padding_holds():
    rng = np.random.default_rng(0)
    array = rng.gamma(2.0, 30.0, (31, 22, 9)).astype(np.float32)
    valid = np.ones(array.shape, bool)
    valid[:6] = False
    array[:6] = 9000
    goal = tuple(float(value) for value in (0, 1, 3, 10, 11, 40, 100))
    asked = MatchHistogram(percents=PERCENTS, reference=goal, over="volume")
    made, account = Recipe(steps=(asked,)).run(volume_of(array, valid=valid))
    assert np.percentile(made.array[valid], PERCENTS) == pytest.approx(goal, rel=1e-2, abs=0.05)
    again, _ = Recipe.from_toml(account.to_toml()).run(volume_of(array, valid=valid))
    assert np.array_equal(again.array, made.array)
    assert made.unit == "a.u."


def test_beyond_the_landmarks_the_outer_pieces_go_on():
    step = MatchHistogram(percents=(10.0, 50.0, 90.0), reference=(0.0, 1.0, 5.0), own=(10.0, 20.0, 30.0))
    assert step.values(np.array([[[5.0, 10.0, 15.0, 25.0, 35.0]]]))[0, 0].tolist() == [-0.5, 0, 0.5, 3, 7]


def test_landmarks_on_one_value_lead_to_their_middle():
    step = MatchHistogram(percents=(1.0, 20.0, 90.0), reference=(0.0, 2.0, 5.0), own=(10.0, 10.0, 30.0))
    assert step.values(np.array([[[10.0, 30.0]]]))[0, 0].tolist() == [1.0, 5.0]


def test_with_every_percentile_it_is_what_skimage_makes(brain):
    reference = np.sqrt(brain.array.astype(np.float64).clip(0)) * 7 + 20
    percents = tuple(np.linspace(0, 100, 1001).tolist())
    table = tuple(np.percentile(reference, percents).tolist())
    step = MatchHistogram(percents=percents, reference=table, over="volume")
    made, _ = Recipe(steps=(step,)).run(brain)
    theirs = match_histograms(brain.array.astype(np.float64), reference)
    # They take whole ranks, and here a piece is a thousandth of them.
    assert np.abs(made.array - theirs).max() < 0.02 * np.ptp(reference)
    assert np.abs(made.array - theirs).mean() < 0.002 * np.ptp(reference)


def test_above_the_mean_it_is_what_simpleitk_makes(brain):
    reference = np.sqrt(brain.array.astype(np.float64).clip(0)) * 7 + 20
    images = [SimpleITK.GetImageFromArray(one.T.astype(np.float64)) for one in (brain.array, reference)]
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.HistogramMatching(*images, 4096, 9, True)).T
    # Its landmarks are ten even parts of what lies above the mean, which is its threshold.
    parts = tuple(np.linspace(0, 100, 11).tolist())
    own, goal = (
        np.percentile(one[one > one.mean()], parts) for one in (brain.array.astype(np.float64), reference)
    )
    step = MatchHistogram(percents=parts, reference=tuple(goal.tolist()), own=tuple(own.tolist()))
    bright = brain.array > brain.array.mean()
    off = np.abs(step.values(brain.array) - theirs)[bright]
    assert np.median(off) < 0.01 * np.ptp(reference)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"percents": (50.0, 10.0), "reference": (0.0, 1.0)}, "percents"),
        ({"percents": (10.0, 50.0), "reference": (0.0, 1.0, 2.0)}, "reference"),
        ({"percents": (10.0, 50.0), "reference": (1.0, 0.0)}, "never fall"),
        ({"percents": (10.0, 50.0), "reference": (0.0, 1.0), "own": (1.0,)}, "own"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, why):
    with pytest.raises(WrongUse, match=why):
        MatchHistogram(**options)
