"""Radiographs are turned where dense is dark, measured values never."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scan2train as s2t
from scan2train.recipe import Recipe
from scan2train.testing.small import small_series
from scan2train.testing.small_objects import small_film

TURN = Recipe.from_toml('[[step]]\ndo = "bright_is_dense"\n')


def film(folder: Path, modality: str = "DX", tags: Any = None, **more: Any) -> s2t.Volume:
    small_film(modality, tags=tags, **more)(folder)
    return s2t.read(folder)


INVERTED = {"PhotometricInterpretation": "MONOCHROME1"}
SHAPED = {"PresentationLUTShape": "INVERSE"}
RAW = {"PresentationIntentType": "FOR PROCESSING"}


@pytest.mark.parametrize("modality", ["CR", "DX", "MG"])
@pytest.mark.parametrize("tags", [INVERTED, SHAPED, {**INVERTED, **SHAPED}])
def test_an_inverted_film_is_turned_once_within_its_range(
    tmp_path: Path, modality: str, tags: dict[str, Any]
) -> None:
    volume = film(tmp_path, modality, tags)
    ready, account = TURN.run(volume)
    np.testing.assert_array_equal(ready.array, 4095.0 - volume.array)
    again = Recipe.from_json(account.to_json())
    assert again.is_account
    np.testing.assert_array_equal(again.run(volume)[0].array, ready.array)


def test_the_range_is_that_after_the_rescale(tmp_path: Path) -> None:
    volume = film(
        tmp_path, tags={**INVERTED, "RescaleSlope": "2", "RescaleIntercept": "-100"}, bits_stored=10
    )
    np.testing.assert_array_equal(TURN.run(volume)[0].array, (-100.0 + 2 * 1023 - 100) - volume.array)


@pytest.mark.parametrize(
    ("tags", "turned"),
    [
        ({}, False),
        ({"PresentationLUTShape": "IDENTITY"}, False),
        ({**RAW, "PixelIntensityRelationshipSign": 1}, True),
        ({**RAW, "PixelIntensityRelationshipSign": -1}, False),
        ({**RAW, **INVERTED, "PixelIntensityRelationshipSign": -1}, False),
        ({**RAW, **INVERTED}, True),
        ({**INVERTED, "PixelIntensityRelationshipSign": -1}, True),
        ({"PixelIntensityRelationshipSign": 1}, False),
    ],
)
def test_raw_films_are_judged_by_their_physics_and_others_by_how_they_are_shown(
    tmp_path: Path, tags: dict[str, Any], turned: bool
) -> None:
    volume = film(tmp_path, tags=tags)
    np.testing.assert_array_equal(
        TURN.run(volume)[0].array, 4095.0 - volume.array if turned else volume.array
    )


def test_after_a_clip_its_ends_are_the_range(tmp_path: Path) -> None:
    volume = film(tmp_path, tags=INVERTED)
    recipe = Recipe.from_toml(
        '[[step]]\ndo = "clip"\nlow = 100\nhigh = 600\n[[step]]\ndo = "bright_is_dense"\n'
    )
    np.testing.assert_array_equal(recipe.run(volume)[0].array, 700.0 - np.clip(volume.array, 100, 600))


def test_padding_stays_out_of_it(tmp_path: Path) -> None:
    volume = film(tmp_path, tags={**INVERTED, "PixelPaddingValue": 13})
    ready = TURN.run(volume)[0]
    assert volume.valid is not None
    assert ready.valid is not None
    np.testing.assert_array_equal(ready.valid, volume.valid)
    assert not volume.valid.all()


@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
def test_monochrome1_never_changes_measured_values(tmp_path: Path, modality: str) -> None:
    small_series(modality=modality, shape=(9, 8, 4))(tmp_path / "plain")
    small_series(modality=modality, shape=(9, 8, 4), tags=INVERTED)(tmp_path / "turned")
    plain, turned = s2t.read(tmp_path / "plain"), s2t.read(tmp_path / "turned")
    np.testing.assert_array_equal(plain.array, turned.array)
    ready = TURN.run(turned)[0]
    np.testing.assert_array_equal(ready.array, plain.array)
    assert ready.unit == plain.unit


@pytest.mark.parametrize("preset", ["chest-xray", "mammography"])
def test_the_presets_for_films_make_the_core_bright_whatever_the_polarity(
    tmp_path: Path, preset: str
) -> None:
    recipe = Recipe.load(preset)
    plain = recipe.run(film(tmp_path / "plain", bits_stored=10))[0]
    small_film(bits_stored=10, values=lambda array: 1023 - array, tags=INVERTED)(tmp_path / "turned")
    turned = recipe.run(s2t.read(tmp_path / "turned"))[0]
    np.testing.assert_allclose(plain.array, turned.array, atol=1e-6)
    assert plain.array[6, 5, 0] > 0.9
    assert plain.array[0, 0, 0] < 0.1
