"""Two masks laid on one another, against counting them label by label."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.errors import GridMismatch
from scan2train.measures.label_pairs import overlay
from scan2train.volume import Labels


def masks(dtype, values, order, shape=(21, 13, 9)):
    random = np.random.default_rng(3)
    made = []
    for _ in range(2):
        # Runs, so that words of eight voxels are also alike.
        array = np.repeat(random.choice(values, (shape[0] // 3, *shape[1:])), 3, axis=0)
        array[:, : shape[1] // 2] = 0
        made.append(Labels.from_array(np.asarray(array, dtype, order=order)))
    return made


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        (np.uint8, [0, 1, 2, 255]),
        (np.bool_, [False, True]),
        (np.int16, [0, 1, 200]),
        (np.int32, [-7, 0, 70_000, 3]),
        (np.int8, [-1, 0, 1]),
        (np.int64, list(range(400))),
    ],
    ids=["uint8", "bool", "int16", "int32", "int8", "many"],
)
@pytest.mark.parametrize("order", ["F", "C"])
def test_everything_is_counted(dtype, values, order):
    prediction, truth = masks(dtype, values, order)
    laid = overlay(prediction, truth)
    p, t = prediction.array, truth.array
    assert set(laid.labels) == {int(v) for v in np.union1d(p, t)} - {0}
    for value, pair in laid.labels.items():
        assert (pair.truth, pair.prediction) == ((t == value).sum(), (p == value).sum())
        assert pair.both == ((t == value) & (p == value)).sum()
        either = np.argwhere((t == value) | (p == value))
        ends = zip(either.min(axis=0), either.max(axis=0) + 1, strict=True)
        assert pair.box == tuple(slice(a, b) for a, b in ends)
        for mask, centroid in ((t, pair.truth_centroid), (p, pair.prediction_centroid)):
            at = np.argwhere(mask == value)
            assert centroid == (pytest.approx(at.mean(axis=0)) if len(at) else None)
        assert np.array_equal(laid.truth == pair.rank, (t == value).transpose(laid.along((0, 1, 2))))


def test_a_label_that_is_not_there_is_empty():
    prediction, truth = masks(np.uint8, [0, 1], "F")
    pair = overlay(prediction, truth).of(9)
    assert (pair.truth, pair.prediction, pair.both, pair.box) == (0, 0, 0, None)


def test_other_shapes_are_refused():
    one = Labels.from_array(np.zeros((3, 4, 5), np.uint8))
    with pytest.raises(GridMismatch, match=r"\(3, 4, 5\)"):
        overlay(Labels.from_array(np.zeros((3, 4, 6), np.uint8)), one)
