"""Of each class some voxels are kept, spread evenly, and the same however the labels lie and are cut."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.measures.label_places import label_places


@pytest.mark.parametrize("kind", [np.uint8, np.bool_, np.int16, np.int32, np.uint16])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_voxel_of_a_small_class_is_kept(kind, order):
    values = np.random.default_rng(0).integers(0, 2 if kind == np.bool_ else 5, (7, 9, 40))
    array = np.array(values, kind, order=order)
    found = label_places([array], [1, 3, 77])
    assert set(found) == ({1} if kind == np.bool_ else {1, 3})
    for value, places in found.items():
        np.testing.assert_array_equal(places, np.flatnonzero(values.ravel(order="F") == value))


def test_negative_and_large_values_are_classes_too():
    values = np.array([-3, 0, 70_000, -3, 255, 256]).reshape(6, 1, 1)
    found = label_places([values], [-3, 70_000, 256])
    assert {value: places.tolist() for value, places in found.items()} == {-3: [0, 3], 256: [5], 70_000: [2]}


def test_of_a_large_class_an_even_share_is_kept_however_it_is_cut():
    values = (np.random.default_rng(1).random((20, 21, 22)) < 0.5).astype(np.uint8)
    whole = label_places([values], [1], most=100)[1]
    cut = label_places([values[:, :, :5], values[:, :, 5:6], values[:, :, 6:]], [1], most=100)[1]
    np.testing.assert_array_equal(whole, cut)
    assert 50 <= len(whole) <= 100
    every = np.flatnonzero(values.ravel(order="F"))
    rank = np.searchsorted(every, whole)
    np.testing.assert_array_equal(every[rank], whole)
    assert len(set(np.diff(rank).tolist())) == 1
    assert len(every) - rank[-1] <= np.diff(rank)[0]


def test_no_class_is_no_place():
    assert label_places([np.ones((2, 3, 4), np.uint8)], []) == {}
    assert label_places([np.ones((2, 3, 4), np.int32)], []) == {}
