"""Presets do what they did: a change of one changes every set prepared with it."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from scan2train import Grid, Labels, Recipe, Volume
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


@pytest.mark.parametrize("name", [name for name in CLIPS if name.startswith("ct")])
@pytest.mark.parametrize("shear_mm", [0.0, 0.6])
def test_what_a_preset_for_ct_makes_has_perpendicular_axes(name, shear_mm):
    affine = np.diag([-1.3, -1.1, 2.5, 1.0])
    affine[1, 2] = shear_mm
    tilted = Grid((31, 27, 12), affine)
    values = np.full(tilted.shape, -1000, dtype=np.int16)
    values[6:25, 7:20] = 40
    labels = Labels(array=(values > 0).astype(np.uint8), grid=tilted, names={1: "body"})
    ready, masks, _ = Recipe.load(name).run_pair(Volume(array=values, grid=tilted, unit="HU"), labels, 0)
    assert ready.grid.shear < 1e-6
    assert masks.grid == ready.grid
    # Voxel volume times count: the labels are as large as they were, wherever they lie.
    per_voxel = np.prod(ready.grid.spacing), abs(np.linalg.det(affine))
    assert masks.array.sum() * per_voxel[0] == pytest.approx(labels.array.sum() * per_voxel[1], rel=0.05)


def test_detilt_changes_nothing_of_a_straight_volume():
    recipe = Recipe.load("ct-soft-tissue")
    without = Recipe(steps=recipe.steps[1:])
    grid = Grid.from_axes((31, 27, 12), spacing_mm=(1.3, 1.1, 2.5))
    values = np.random.default_rng(0).integers(-1000, 1000, grid.shape).astype(np.int16)
    volume = Volume(array=values, grid=grid, unit="HU")
    one, other = recipe.run(volume, 0)[0], without.run(volume, 0)[0]
    assert one.grid == other.grid
    assert np.array_equal(one.array, other.array)
