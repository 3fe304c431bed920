"""Presets do what they did: a change of one changes every set prepared with it."""

from __future__ import annotations

import tomllib

import pytest

from scan2train import Recipe
from scan2train.recipe.lookup import preset_names, preset_text

#: Preset -> the range that it clips to, as the documentation promises.
CLIPS = {
    "ct-lung": (-1000, 400),
    "ct-soft-tissue": (-150, 250),
    "ct-liver": (-100, 240),
    "ct-brain": (0, 80),
    "ct-bone": (300, 2000),
    "cta-coronary": (-200, 800),
    "pet-ct": (0, 20),
}


def test_the_presets_are_there():
    assert set(CLIPS) | {"mr-brain", "chest-xray", "mammography"} <= set(preset_names())


@pytest.mark.parametrize(("name", "clip"), CLIPS.items())
def test_a_preset_clips_to_its_tissue(name, clip):
    steps = tomllib.loads(preset_text(name))["step"]
    assert [(one["low"], one["high"]) for one in steps if one["do"] == "clip"] == [clip]


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_is_the_same_after_a_round_through_toml_and_json(name):
    recipe = Recipe.load(name)
    assert recipe.about
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert Recipe.from_toml(recipe.to_toml()).fingerprint == recipe.fingerprint
