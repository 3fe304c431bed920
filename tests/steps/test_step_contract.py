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
    "affine": [
        {"matrix": [0.9, 0.2, 0, 5, -0.2, 0.9, 0, -9, 0, 0.1, 1.1, 3, 0, 0, 0, 1]},
        {"matrix": [1, 0, 0, 15, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], "interpolation": "nearest"},
    ],
    "box": [{"start": [-3, 2, 4], "size": [20, 30, 9]}],
    "bias_field": [{"iterations": [4, 3], "shrink_mm": 30.0}],
    "bright_is_dense": [{}],
    "clahe": [{"tile_mm": 150.0}, {"tile": 9, "clip_limit": 0.05}],
    "clip": [{"low": -1000.0, "high": 400.0}],
    "clip_percentile": [{}, {"over": "foreground", "lower": 2.0, "upper": 98.0}, {"over": "labels"}],
    "clip_zscore": [
        {"over": "body"},
        {"over": "dataset", "within": "labels", "low": -950.0, "high": 300.0, "mean": -60.0, "std": 210.0},
    ],
    "crop": [{"start": [2, 1, 3], "size": [20, 15, 9]}],
    "crop_to_body": [{}, {"margin_mm": 25.0}],
    "crop_to_foreground": [{}, {"above": -300.0, "margin_mm": 5.0}],
    "crop_to_labels": [{}, {"labels": [1, 2], "margin_mm": 30.0}],
    "denoise_anisotropic": [{"sigma_mm": 20.0}, {"sigma": 1.0, "conductance": 0.5}],
    "denoise_gaussian": [{"sigma_mm": 15.0}, {"sigma": 1.0}],
    "denoise_median": [{"radius_mm": 20.0}, {"radius": 1}],
    "denoise_nonlocal": [{"search_mm": 30.0}, {"search": 1, "noise": 20.0, "patch": 2}],
    "detilt": [{}, {"interpolation": "cubic"}, {"interpolation": "nearest"}],
    "elastic": [{"points": [4, 5, 4], "displacements_mm": [(7 * n % 17) / 2 - 4 for n in range(240)]}],
    "equalize_histogram": [{}, {"over": "foreground"}, {"knots": [-900.0, 0.0, 0.0, 50.0]}],
    "flip": [{"axes": [0, 2]}, {"axes": [1]}],
    "gamma": [
        {"exponent": 0.7, "low": -1000.0, "high": 700.0},
        {"exponent": 1.5, "low": -900.0, "high": 700.0},
    ],
    "linear": [{"scale": 0.5, "shift": 3.0}],
    "low_resolution": [{"axis": 2, "factor": 2.0}, {"axis": 0, "factor": 1.7}],
    "noise": [{"std": 20.0, "seed": 4}],
    "match_histogram": [
        {"percents": [1.0, 50.0, 99.0], "reference": [-900.0, 0.0, 300.0]},
        {"percents": [0.0, 30.0, 100.0], "reference": [0.0, 2.0, 7.0], "over": "volume"},
    ],
    "match_sharpness": [{"target_mm": 0.8, "unknown": "leave"}],
    "pad_or_crop": [{"shape": [30, 31, 24]}, {"shape": [17, 40, 12]}],
    "random_affine": [
        {"p": 1.0, "same_scale": False, "translate_mm": [9.0, 9.0, 9.0], "shear": [0.1, 0.1, 0.1]},
        {"p": 0.0},
    ],
    "random_blur": [{"p": 1.0, "sigma_mm": [8.0, 20.0]}],
    "random_crop": [{"shape": [12, 10, 9], "foreground": 1.0}, {"shape": [31, 9, 20], "foreground": 0.0}],
    "random_elastic": [{"p": 1.0, "most_mm": 40.0}],
    "random_flip": [{}, {"p": 1.0}],
    "random_gamma": [{"p": 1.0}, {"p": 1.0, "inverted": 1.0, "keep_spread": False}],
    "random_intensity": [{"p": 1.0, "shift": [-0.5, 0.5]}],
    "random_low_resolution": [{"p": 1.0, "factor": [1.5, 3.0]}],
    "random_noise": [{"p": 1.0}, {"p": 1.0, "relative": False, "std": [5.0, 9.0]}],
    "pad_to_multiple": [{"multiple": [8, 16, 4]}, {"by": [2, 0, 3], "multiple": [1, 5, 1]}],
    "reorient": [{"to": "RAS"}, {"to": "PIR"}, {"to": "SLA"}],
    "resample": [
        {"spacing_mm": [13.0, 17.0, 11.0]},
        {"spacing_mm": [7.0, 8.0, 9.0], "interpolation": "cubic"},
        {"spacing_mm": [25.0, 30.0, 9.0], "antialias": False},
        {"spacing_mm": [10.0, 20.0, 9.0], "interpolation": "nearest"},
    ],
    "resample_isotropic": [{}, {"axis": "median"}, {"spacing_mm": 12.5, "interpolation": "cubic"}],
    "resample_to_shape": [{"shape": [20, 31, 18]}, {"shape": [40, 17, 25], "interpolation": "nearest"}],
    "rescale": [{"from_range": [-1000.0, 400.0]}, {}],
    "subtract_mean": [{}, {"over": "body"}, {"over": "dataset", "mean": -310.5}],
    "smooth_in_plane": [{"sigma_mm": 0.0}, {"sigma_mm": 17.0}],
    "suv": [{}, {"kind": "lbm"}, {"factor": 2.5e-4}],
    "round_to": [{"bits": 11}, {"bits": -3}],
    "take_as": [{"measured_in": "HU"}, {"measured_in": "a.u."}],
    "to_grid": [
        {"shape": [19, 23, 14], "affine": [0, 12, 0, -120, -14, 0, 0, 150, 0, 0, 21, -130, 0, 0, 0, 1]}
    ],
    "voi_lut": [{"first": -1000, "entries": [*range(0, 256, 3), 255], "bits": 8}],
    "window": [
        {"preset": "lung"},
        {"center": -600.0, "width": 1500.0},
        {"center": 40.0, "width": 400.0, "function": "SIGMOID"},
        {"center": 40.0, "width": 400.0, "function": "LINEAR_EXACT", "to": [-1.0, 1.0]},
    ],
    "window_of_header": [{"otherwise": "soft-tissue", "to": [0.0, 255.0]}],
    "zscore": [
        *({}, {"over": "foreground"}, {"over": "body"}, {"over": "labels"}, {"mean": -300.0, "std": 450.0}),
        {"over": "dataset", "weigh": "cases", "mean": -300.0, "std": 450.0},
    ],
}

#: Steps that take values of one kind only: the unit and what is known of them; bright where the phantom is dense.
OF_A_KIND = {
    "bias_field": ("a.u.", {"modality": "MR"}),
    "suv": ("Bq/ml", {"modality": "PT", "uptake": {"bw": 2.75e-4, "lbm": 2.1e-4}}),
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
    if word in OF_A_KIND:
        unit, meta = OF_A_KIND[word]
        volume = volume.replace(array=volume.array + np.int16(1100), unit=unit, meta=meta)
    step = find_step(word).from_json({"do": word, **options})
    check_step(step, volume, labels)
    valid = np.ones(volume.grid.shape, dtype=bool)
    valid[:, :4, :5] = False
    valid[11:14, 9:12, 8:10] = False
    check_step(step, volume.replace(valid=valid), labels, seed=7)
