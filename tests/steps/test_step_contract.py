"""Every step keeps the contract, on straight, oblique and sheared grids, with and without padding."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.grid import Grid
from scan2train.recipe.lookup import find_step, step_words
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.testing.step_contract import check_step

#: At least one way to ask for each step.
OPTIONS: dict[str, list[dict[str, object]]] = {
    "bright_is_dense": [{}],
    "clip": [{"low": -1000.0, "high": 400.0}],
    "clip_percentile": [{}, {"over": "foreground", "lower": 2.0, "upper": 98.0}],
    "crop": [{"start": [2, 1, 3], "size": [20, 15, 9]}],
    "crop_to_body": [{}, {"margin_mm": 25.0}],
    "crop_to_foreground": [{}, {"above": -300.0, "margin_mm": 5.0}],
    "detilt": [{}, {"interpolation": "cubic"}, {"interpolation": "nearest"}],
    "flip": [{"axes": [0, 2]}, {"axes": [1]}],
    "linear": [{"scale": 0.5, "shift": 3.0}],
    "pad_or_crop": [{"shape": [30, 31, 24]}, {"shape": [17, 40, 12]}],
    "reorient": [{"to": "RAS"}, {"to": "PIR"}, {"to": "SLA"}],
    "resample": [
        {"spacing_mm": [13.0, 17.0, 11.0]},
        {"spacing_mm": [7.0, 8.0, 9.0], "interpolation": "cubic"},
        {"spacing_mm": [25.0, 30.0, 9.0], "antialias": False},
        {"spacing_mm": [10.0, 20.0, 9.0], "interpolation": "nearest"},
    ],
    "rescale": [{"from_range": [-1000.0, 400.0]}, {}],
    "round_to": [{"bits": 11}, {"bits": -3}],
    "take_as": [{"measured_in": "HU"}, {"measured_in": "a.u."}],
    "to_grid": [
        {"shape": [19, 23, 14], "affine": [0, 12, 0, -120, -14, 0, 0, 150, 0, 0, 21, -130, 0, 0, 0, 1]}
    ],
    "window": [
        {"center": -600.0, "width": 1500.0},
        {"center": 40.0, "width": 400.0, "function": "SIGMOID"},
        {"center": 40.0, "width": 400.0, "function": "LINEAR_EXACT", "to": [-1.0, 1.0]},
    ],
    "zscore": [{}, {"over": "foreground"}, {"mean": -300.0, "std": 450.0}],
}


def _straight():
    return centred_grid((29, 23, 18), (13.0, 15.0, 19.0), "LPS")


def _oblique():
    angle = np.deg2rad(24)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    axes = turn @ np.diag((1.0, -1.0, 1.0))
    shape, spacing = (27, 24, 17), np.array((14.0, 15.0, 20.0))
    return Grid.from_axes(
        shape, spacing_mm=spacing, direction=axes, origin_mm=-axes @ (spacing * (np.array(shape) - 1) / 2)
    )


def _sheared():
    affine = _straight().affine.copy()
    affine[:3, 2] += (0.0, 4.5, 0.0)
    return Grid((29, 23, 18), affine)


GRIDS = {"straight": _straight(), "oblique": _oblique(), "sheared": _sheared()}
CASES = [(word, options) for word, several in OPTIONS.items() for options in several]


def test_every_step_has_a_case():
    assert set(OPTIONS) == set(step_words())


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize(("word", "options"), CASES, ids=[f"{w}-{n}" for n, (w, _) in enumerate(CASES)])
def test_the_contract(word, options, grid):
    volume, labels = chest_ct(grid=GRIDS[grid], organs=True, lesion_radius_mm=25.0)
    step = find_step(word).from_json({"do": word, **options})
    check_step(step, volume, labels)
    valid = np.ones(volume.grid.shape, dtype=bool)
    valid[:, :4, :5] = False
    valid[11:14, 9:12, 8:10] = False
    check_step(step, volume.replace(valid=valid), labels, seed=7)
