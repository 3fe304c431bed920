"""Presets are listed and printed, as files that can be used."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from scan2train.cli.app import app
from scan2train.recipe import Recipe
from scan2train.recipe.lookup import preset_names, preset_text, step_words


def run(*words):
    return CliRunner().invoke(app, ["recipes", *map(str, words)])


def test_presets_are_listed_with_what_they_are_for():
    lines = run().stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(preset_names())
    assert all(Recipe.load(line.split()[0]).about in line for line in lines)
    assert [one["name"] for one in json.loads(run("--format", "json").stdout)] == list(preset_names())


def test_a_preset_is_printed_as_it_is_and_can_be_kept(tmp_path):
    printed = run("ct-liver").stdout
    assert printed == preset_text("ct-liver")
    (tmp_path / "mine.toml").write_text(printed)
    assert Recipe.load(tmp_path / "mine.toml").name == "mine"
    assert run(tmp_path / "mine.toml").stdout == printed
    assert json.loads(run("ct-liver", "--format", "json").stdout) == Recipe.load("ct-liver").to_json()


def test_a_wrong_word_is_named_with_the_near_ones():
    done = run("ct-livr")
    assert done.exit_code == 2
    assert "ct-liver" in done.stderr


def test_steps_are_listed_and_each_tells_its_options():
    listed = run("--steps").stdout
    assert all(f"\n{word} " in f"\n{listed}" for word in step_words())
    assert "recipes STEP" in listed
    told = run("resample").stdout
    for word in ("spacing_mm, required", "antialias = True", "[[step]]", "changes where voxels lie"):
        assert word in told
    assert CliRunner().invoke(app, ["explain", "resample"]).stdout == told
    options = {
        one["do"]: {option["name"]: option["default"] for option in one["options"]}
        for one in json.loads(run("--steps", "--format", "json").stdout)
    }
    assert list(options) == list(step_words())
    assert options["resample"]["spacing_mm"] is None
    assert options["clip"] == {"low": None, "high": None}


@pytest.mark.parametrize(
    "text", ['[step]\ndo = "flip"', "[[step]]\naxes = [0]", '[[step]]\ndo = "flop"', "about = 1", "[[step"]
)
def test_what_is_wrong_with_a_recipe_is_said_with_its_file(tmp_path, text):
    (tmp_path / "mine.toml").write_text(text)
    assert str(tmp_path / "mine.toml") in run(tmp_path / "mine.toml").stderr


def test_a_word_that_is_near_a_step_names_it():
    assert "resample" in run("resampel").stderr
