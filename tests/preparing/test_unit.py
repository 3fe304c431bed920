from __future__ import annotations

import numpy as np
import pytest

from scan2train.prepare import prepare
from scan2train.preparing.unit import settle_unit
from scan2train.recipe import Recipe
from scan2train.testing.pet_header import pet_tags
from scan2train.testing.small import small_nifti, small_series
from scan2train.volume import Volume

CT, MR = Recipe(steps=(), task="ct-lung"), Recipe(steps=(), task="mr-brain")


def volume(air, unit="a.u."):
    """Something between 0 and 900 with a tenth of ``air`` in it."""
    values = np.linspace(0, 900, 50 * 6 * 7).reshape(50, 6, 7).astype(np.int16)
    values[:6] = air
    return Volume.from_array(values, (0.7, 0.9, 1.3), unit=unit)


@pytest.mark.parametrize("air", [-1024, -1000, -850])
def test_a_recipe_for_ct_takes_values_with_air_among_them_for_hu(air):
    settled, findings = settle_unit(volume(air), CT)
    assert settled.unit == "HU"
    assert [(one.code, one.severity.value) for one in findings] == [("NII003", "info")]


@pytest.mark.parametrize("air", [-3024, -2048, -200, 0])
def test_values_without_air_stay_what_they_are_and_are_told(air):
    settled, findings = settle_unit(volume(air), CT)
    assert settled.unit == "a.u."
    assert [(one.code, one.severity.value) for one in findings] == [("NII003", "warning")]


@pytest.mark.parametrize(("unit", "recipe"), [("HU", CT), ("SUVbw", CT), ("a.u.", MR)])
def test_a_known_unit_and_other_recipes_are_left_alone(unit, recipe):
    given = volume(-1024, unit)
    assert settle_unit(given, recipe) == (given, ())


@pytest.mark.parametrize("made", ["counts", "activity"])
def test_a_recipe_for_pet_asks_for_uptake(tmp_path, made):
    vendor = "philips" if made == "counts" else "ge"
    small_series(modality="PT", tags=pet_tags(vendor))(tmp_path / "pet")
    asked = prepare(tmp_path / "pet", "pet-ct", tmp_path / "without", jobs=1)
    assert asked.n_failed == 1
    assert "--suv bw" in asked.cases["error"][0]
    done = prepare(tmp_path / "pet", "pet-ct", tmp_path / "with", suv="bw", jobs=1)
    assert (done.n_done, done.n_failed) == (1, 0)


def test_a_dry_run_asks_for_uptake_and_tells_of_another_modality(tmp_path):
    small_series(modality="PT", tags=pet_tags("ge"))(tmp_path / "hospital/pet")
    small_series(modality="MR")(tmp_path / "hospital/mr")
    small_nifti()(tmp_path / "hospital/file")
    without = prepare(tmp_path / "hospital", "pet-ct", tmp_path / "out", dry_run=True)
    errors = without.cases.filter(without.cases["state"] == "failed")["error"]
    assert len(errors) == 2
    assert errors.str.contains("--suv bw", literal=True).all()
    assert without.unfit == ("1 case is MR, and the recipe's task, pet-ct, is for PT",)
    asked = prepare(
        tmp_path / "hospital", "pet-ct", tmp_path / "out", suv="bw", where="modality = 'PT'", dry_run=True
    )
    assert (asked.n_failed, asked.unfit) == (0, ())


def test_a_recipe_for_pet_takes_a_nifti_as_it_is(tmp_path):
    small_nifti()(tmp_path / "suv")
    assert prepare(tmp_path / "suv", "pet-ct", tmp_path / "ready", jobs=1).n_done == 1
