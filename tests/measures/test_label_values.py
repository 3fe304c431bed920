"""Values and pieces of masks, against a plain way to count them."""

import numpy as np
import pytest
from scipy import ndimage

from scan2train.measures.label_values import counts, sizes_of_pieces
from scan2train.volume import Labels


def random_mask(dtype, seed=1, values=4):
    rng = np.random.default_rng(seed)
    array = rng.integers(0, values, (9, 7, 11)) * (rng.random((9, 7, 11)) < 0.3)
    return np.asarray(array, dtype=dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.int64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_counts_and_pieces_are_those_of_a_plain_count(dtype, order):
    array = np.asarray(random_mask(dtype), order=order)
    labels = Labels.from_array(array)
    assert counts(labels) == {v: int((array == v).sum()) for v in np.unique(array).tolist()}
    pieces = sizes_of_pieces(labels)
    assert sorted(pieces) == [1, 2, 3]
    for value, sizes in pieces.items():
        numbered, n = ndimage.label(array == value, structure=np.ones((3, 3, 3)))
        assert sizes == sorted(np.bincount(numbered.ravel())[1:].tolist(), reverse=True)
        assert len(sizes) == n


def test_values_far_apart_negative_or_boolean_are_counted():
    far = np.zeros((3, 4, 5), np.int32)
    far[0, 0, 0], far[2, 3, 4] = -7, 10**9
    assert counts(Labels.from_array(far)) == {-7: 1, 0: 58, 10**9: 1}
    assert sizes_of_pieces(Labels.from_array(far)) == {10**9: [1], -7: [1]}
    assert counts(Labels.from_array(far > 0)) == {0: 59, 1: 1}
    assert sizes_of_pieces(Labels.from_array(far > 0)) == {1: [1]}


def test_nothing_has_no_pieces():
    assert sizes_of_pieces(Labels.from_array(np.zeros((3, 4, 5), np.uint8))) == {}
