"""Values that no file gives a unit: taken for HU where they can be nothing else, and said."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.testing.phantoms import chest_ct
from scan2train.tools.register.in_hu import in_hu


@pytest.fixture(scope="module")
def chest():
    made = chest_ct((84, 70, 40), (4.3, 4.9, 7.1), lesion_centre_mm=None)[0]
    return made.replace(unit="a.u.", meta={})


def test_a_ct_that_a_file_without_units_held_is_one(chest):
    taken, notes = in_hu(chest, "moving")
    assert taken.unit == "HU"
    assert np.array_equal(taken.array, chest.array)
    assert len(notes) == 1
    assert "the moving scan were taken for HU" in notes[0]


@pytest.mark.parametrize(
    "changed",
    [
        lambda one: one.replace(array=one.array + np.int16(1024)),
        lambda one: one.replace(array=one.array.astype(np.float32) / 1000),
        lambda one: one.replace(array=np.abs(one.array)),
        lambda one: one.replace(meta={"modality": "MR"}),
        lambda one: one.replace(unit="g/ml"),
        lambda one: one.replace(array=np.zeros_like(one.array)),
    ],
    ids=["raw", "scaled", "absolute", "MR", "SUV", "empty"],
)
def test_nothing_else_is_taken_for_one(chest, changed):
    given = changed(chest)
    assert in_hu(given, "fixed") == (given, ())
