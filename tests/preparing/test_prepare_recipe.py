"""What was asked for stays with the set, in its own words; and one volume in memory is no other case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hospital import contents, run, write_series

from scan2train.preparing.seeds import seed_of
from scan2train.read import read
from scan2train.recipe import Recipe
from scan2train.recipe.lookup import preset_names, preset_text
from scan2train.steps.reorient import Reorient
from scan2train.write import write

ASKED = """# Why: the lungs of our own scanners.
about = "mine"   # really

[[step]]
do = "resample"
spacing_mm = [ 1.25, 1.5,  2.0 ]  # half of what we scan
# nothing else
"""


@pytest.fixture
def asked(tmp_path):
    (tmp_path / "our lungs.toml").write_text(ASKED)
    return tmp_path / "our lungs.toml"


def test_comments_stay_in_the_prepared_set(asked, tmp_path):
    write_series(tmp_path / "hospital" / "a")
    run(tmp_path / "hospital", tmp_path / "one", asked)
    text = (tmp_path / "one" / "recipe.toml").read_text()
    assert text == f'name = "our lungs"\n{ASKED}'
    assert Recipe.load(tmp_path / "one" / "recipe.toml") == Recipe.load(asked)
    # The set that was made is asked for again: the same text, and so the same bytes.
    run(tmp_path / "hospital", tmp_path / "two", tmp_path / "one" / "recipe.toml")
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_a_recipe_that_was_changed_does_not_keep_another_s_words(asked):
    recipe = Recipe.load(asked)
    changed = replace(recipe, steps=(*recipe.steps, Reorient(to="LPS")))
    renamed = replace(Recipe.from_toml(recipe.as_written()), name="other")
    for one in (changed, renamed):
        assert "#" not in one.as_written()
        assert Recipe.from_toml(one.as_written()) == one
    assert Recipe.from_json(recipe.to_json()).as_written() == recipe.to_toml()


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_gives_the_reason_for_each_step_and_keeps_it(name):
    text = preset_text(name)
    assert all("\n#" in part for part in text.split("\n[[step]]")[:-1])
    assert Recipe.load(name).as_written() == f'name = "{name}"\n{text}'


def test_one_volume_in_memory_gives_the_bytes_of_the_case(tmp_path):
    write_series(tmp_path / "hospital" / "a")
    (row,) = run(tmp_path / "hospital", tmp_path / "out", "ct-lung").cases.to_dicts()
    ready, account = Recipe.load("ct-lung").run(read(tmp_path / "hospital" / "a"), seed_of(0, row["case"]))
    folder = tmp_path / "out" / "cases" / row["case"]
    write(ready, tmp_path / "alone.nii.gz")
    assert (tmp_path / "alone.nii.gz").read_bytes() == (folder / "image.nii.gz").read_bytes()
    assert Recipe.load(folder / "account.json").steps == account.steps
