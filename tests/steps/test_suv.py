"""A PET becomes uptake in a recipe just as it does when read so."""

from __future__ import annotations

import numpy as np
import pytest

import scan2train as s2t
from scan2train.errors import WrongUse
from scan2train.recipe import Recipe
from scan2train.testing.pet_header import pet_tags
from scan2train.testing.small import small_series
from scan2train.volume import Volume


def recipe(kind, before=""):
    return Recipe.from_toml(f'{before}[[step]]\ndo = "suv"\nkind = "{kind}"\n')


def pet(folder, vendor="plain", **changes):
    small_series(modality="PT", shape=(9, 8, 4), tags=pet_tags(vendor, **changes))(folder)
    return folder


@pytest.mark.parametrize("kind", ["bw", "lbm", "bsa"])
@pytest.mark.parametrize("vendor", ["plain", "philips"])
def test_the_step_gives_what_reading_gives(tmp_path, kind, vendor):
    folder = pet(tmp_path, vendor)
    expected = s2t.read(folder, suv=kind)
    ready, account = recipe(kind).run(s2t.read(folder))
    assert ready.unit == expected.unit == f"SUV{kind}"
    np.testing.assert_allclose(ready.array, expected.array, rtol=3e-7)
    again, same = recipe(kind).run(expected)  # uptake already
    np.testing.assert_array_equal(again.array, expected.array)
    assert (account.steps[0].factor, same.steps[0].factor) != (1.0, 1.0)


def test_what_is_missing_is_named(tmp_path):
    volume = s2t.read(pet(tmp_path, PatientWeight=None))
    with pytest.raises(WrongUse, match=r"PatientWeight \(0010,1030\)") as caught:
        recipe("bw").run(volume)
    assert caught.value.code == "ACQ008"


def test_stored_uptake_counts_as_that_kind_only(tmp_path):
    volume = s2t.read(pet(tmp_path, Units="GML", PatientWeight=None))
    ready, _ = recipe("bw").run(volume)
    np.testing.assert_array_equal(ready.array, volume.array)
    assert ready.unit == "SUVbw"
    with pytest.raises(WrongUse, match="SUVType"):
        recipe("lbm").run(volume)


def test_changed_values_and_other_volumes_are_no_activity(tmp_path):
    volume = s2t.read(pet(tmp_path))
    with pytest.raises(WrongUse, match="no SUVbw"):
        recipe("bw", '[[step]]\ndo = "linear"\nscale = 2.0\n').run(volume)
    clipped, _ = recipe("bw", '[[step]]\ndo = "clip"\nlow = 0\nhigh = 1e9\n').run(volume)
    assert clipped.unit == "SUVbw"
    with pytest.raises(WrongUse, match="no SUVbw"):
        recipe("bw").run(Volume.from_array(np.ones((3, 3, 3), np.float32), unit="Bq/ml"))
