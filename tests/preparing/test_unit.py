from __future__ import annotations

import numpy as np
import pytest

from scan2train.errors import CasesFailed, WrongUse
from scan2train.formats.dicom import suv
from scan2train.formats.dicom.uptake_header import read_uptake_headers
from scan2train.prepare import prepare
from scan2train.recipe import Recipe
from scan2train.recipe.unit import settle_unit
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


CLIP = '[[step]]\ndo = "reorient"\nto = "RAS"\n[[step]]\ndo = "clip"\nlow = {}\nhigh = {}\n'
WINDOW = '[[step]]\ndo = "window"\ncenter = -600\nwidth = 1500\n'


@pytest.mark.parametrize("unit", ["a.u.", "g/ml"])
@pytest.mark.parametrize(
    "text", [CLIP.format(-1000, 400), CLIP.format(0, 80), CLIP.format(300, 2000), WINDOW]
)
def test_what_is_no_ct_and_clipped_as_one_is_told_without_a_task(text, unit):
    recipe = Recipe.from_toml(text)
    ready, account = recipe.run(volume(0, unit))
    assert [(one.code, one.severity.value) for one in ready.findings] == [("ACQ006", "warning")]
    again, _ = account.run(volume(0, unit))
    np.testing.assert_array_equal(again.array, ready.array)
    mr = volume(0, unit).replace(meta={"format": "dicom", "modality": "MR"})
    (told,) = settle_unit(mr, Recipe.from_toml(f'task = "ct-lung"\n{text}'))[1]
    assert (told.code, told.seen) == ("ACQ006", f"MR, {unit}")


@pytest.mark.parametrize(
    ("text", "air", "unit"),
    [
        (CLIP.format(-1000, 400), 0, "HU"),
        (CLIP.format(-1000, 400), -1000, "a.u."),
        (CLIP.format(0, 900), 0, "a.u."),
        (CLIP.format(-3, 3), 0, "a.u."),
        ('[[step]]\ndo = "zscore"\n' + CLIP.format(-1000, 400), 0, "a.u."),
        ('[[step]]\ndo = "take_as"\nmeasured_in = "HU"\n' + CLIP.format(-1000, 400), 0, "a.u."),
    ],
)
def test_a_clip_that_fits_the_values_is_not_told(text, air, unit):
    assert settle_unit(volume(air, unit), Recipe.from_toml(text))[1] == ()


def test_prepare_warns_of_an_mr_that_is_clipped_as_a_ct(tmp_path):
    small_series(modality="MR")(tmp_path / "scans")
    made = prepare(tmp_path / "scans", Recipe.from_toml(CLIP.format(-1000, 400)), tmp_path / "out", jobs=1)
    (told,) = [one for one in made.findings if one["code"] == "ACQ006"]
    assert (told["severity"], told["where"]["volume"]) == ("warning", made.cases["volume"].item())


CT_TEXT = 'task = "ct-abdomen"\n[[step]]\ndo = "clip"\nlow = -150\nhigh = 250\n'


def test_a_file_is_not_asked_where_it_or_the_recipe_says_the_unit():
    dicom = volume(-1024).replace(meta={"format": "dicom"})
    assert settle_unit(dicom, CT) == (dicom, ())
    said = Recipe.from_toml(CT_TEXT + '[[step]]\ndo = "take_as"\nmeasured_in = "HU"\n')
    given = volume(-1024)
    assert settle_unit(given, said) == (given, ())


def test_a_recipe_run_on_one_volume_takes_its_values_as_prepare_does():
    recipe = Recipe.from_toml(CT_TEXT, name="abdomen")
    ready, account = recipe.run(volume(-1024))
    assert (ready.unit, [one.code for one in ready.findings]) == ("HU", ["NII003"])
    assert account.to_json()["step"][0] == {"do": "take_as", "measured_in": "HU"}
    again, account_again = account.run(volume(-1024))
    np.testing.assert_array_equal(again.array, ready.array)
    assert (again.unit, account_again) == ("HU", account)
    doubtful, account = recipe.run(volume(-200))
    assert (doubtful.unit, [one.severity.value for one in doubtful.findings]) == ("a.u.", ["warning"])
    assert len(account.steps) == 1


def test_a_fit_in_memory_takes_values_as_a_run_does():
    text = (
        CT_TEXT
        + '[[step]]\ndo = "crop_to_foreground"\n[[step]]\ndo = "zscore"\nover = "dataset"\nwithin = "body"\n'
    )
    values = np.full((40, 37, 21), -1000, np.int16)
    values[9:30, 8:29, :] = np.arange(21, dtype=np.int16)
    given = Volume.from_array(values, (1.7, 1.9, 2.3))
    fitted = Recipe.from_toml(text).fit([given])
    assert fitted == Recipe.from_toml(text).fit([given.replace(unit="HU")])
    with pytest.raises(WrongUse, match=r"a\.u\."):
        Recipe.from_toml(text.replace("ct-", "mr-")).fit([given])


@pytest.mark.parametrize("made", ["counts", "activity"])
def test_a_recipe_for_pet_asks_for_uptake(tmp_path, made):
    vendor = "philips" if made == "counts" else "ge"
    small_series(modality="PT", tags=pet_tags(vendor))(tmp_path / "pet")
    asked = prepare(tmp_path / "pet", "pet-ct", tmp_path / "without", jobs=1)
    assert asked.n_failed == 1
    assert "--suv bw" in asked.cases["error"][0]
    (other,) = prepare(tmp_path / "pet", "ct-lung", tmp_path / "lung", jobs=1).cases["error"]
    assert "modality = 'CT'" in other
    assert "take_as" not in other
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
    with pytest.raises(CasesFailed) as told:
        without.raise_for_failures()
    assert "cases.parquet" not in told.value.advice
    assert "no table" in told.value.advice
    assert without.unfit == ("1 case is MR, and the recipe's task, pet-ct, is for PT",)
    asked = prepare(
        tmp_path / "hospital", "pet-ct", tmp_path / "out", suv="bw", where="modality = 'PT'", dry_run=True
    )
    assert (asked.n_failed, asked.unfit) == (0, ())


def test_a_recipe_for_pet_takes_a_nifti_as_it_is(tmp_path):
    small_nifti()(tmp_path / "suv")
    assert prepare(tmp_path / "suv", "pet-ct", tmp_path / "ready", jobs=1).n_done == 1


BODY = '[[step]]\ndo = "crop_to_body"\n'
SAID = '[[step]]\ndo = "take_as"\nmeasured_in = "HU"\n'


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        (BODY, {"MR", ""}),
        (SAID + BODY, set()),
        ('task = "ct-lung"\n' + BODY, {"MR"}),
        ('task = "ct-lung"\n' + BODY + SAID, {"MR", ""}),
        ('[[step]]\ndo = "zscore"\nover = "body"\n', {"MR", ""}),
        ('[[step]]\ndo = "window"\npreset = "lung"\n', {"MR", ""}),
        ('[[step]]\ndo = "crop_to_foreground"\n', set()),
    ],
)
def test_a_dry_run_counts_cases_that_are_sure_to_fail_by_their_unit(tmp_path, text, failed):
    small_series()(tmp_path / "hospital/ct")
    small_series(modality="MR")(tmp_path / "hospital/mr")
    small_nifti()(tmp_path / "hospital/file")
    made = prepare(tmp_path / "hospital", Recipe.from_toml(text), tmp_path / "out", dry_run=True)
    errors = made.cases.filter(made.cases["state"] == "failed")
    assert made.n_failed == len(failed)
    assert all("HU" in error for error in errors["error"])
    assert set(errors["modality"]) == failed
    done = prepare(tmp_path / "hospital", Recipe.from_toml(text), tmp_path / "out", jobs=1)
    assert failed <= set(done.cases.filter(done.cases["state"] == "failed")["modality"])


@pytest.mark.parametrize(("step", "times"), [("linear", 0), ("suv", 1)])
def test_headers_of_a_pet_are_read_again_only_for_a_recipe_that_asks_for_uptake(
    tmp_path, monkeypatch, step, times
):
    small_series(modality="PT", tags=pet_tags("ge"))(tmp_path / "pet")
    read = []
    monkeypatch.setattr(
        suv, "read_uptake_headers", lambda *given: read.append(given) or read_uptake_headers(*given)
    )
    made = prepare(tmp_path / "pet", Recipe.from_toml(f'[[step]]\ndo = "{step}"\n'), tmp_path / "out", jobs=1)
    made.raise_for_failures()
    assert len(read) == times
