from __future__ import annotations

import numpy as np
import pytest

from scan2train.preparing.unit import settle_unit
from scan2train.recipe import Recipe
from scan2train.volume import Volume

CT, MR = Recipe(steps=(), task="ct-lung"), Recipe(steps=(), task="mr-brain")


def volume(least, unit="a.u."):
    values = np.linspace(least, 900, 5 * 6 * 7).reshape(5, 6, 7).astype(np.int16)
    return Volume.from_array(values, (0.7, 0.9, 1.3), unit=unit)


@pytest.mark.parametrize("least", [-3024, -1024, -1000, -700])
def test_a_recipe_for_ct_takes_values_that_reach_down_to_air_for_hu(least):
    settled, findings = settle_unit(volume(least), CT)
    assert settled.unit == "HU"
    assert [(one.code, one.severity.value) for one in findings] == [("NII003", "info")]


@pytest.mark.parametrize("least", [-200, 0])
def test_values_without_air_stay_what_they_are_and_are_told(least):
    settled, findings = settle_unit(volume(least), CT)
    assert settled.unit == "a.u."
    assert [(one.code, one.severity.value) for one in findings] == [("NII003", "warning")]


@pytest.mark.parametrize(("unit", "recipe"), [("HU", CT), ("SUVbw", CT), ("a.u.", MR)])
def test_a_known_unit_and_other_recipes_are_left_alone(unit, recipe):
    given = volume(-1024, unit)
    assert settle_unit(given, recipe) == (given, ())
