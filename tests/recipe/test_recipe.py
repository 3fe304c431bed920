"""Recipes: fused and step by step are the same, accounts replay, mistakes are named."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from scan2train.errors import Scan2TrainError, UnknownName, WrongUse
from scan2train.grid import Grid
from scan2train.recipe import Recipe, ValueMap
from scan2train.recipe.lookup import find_step, preset_names, step_words
from scan2train.volume import Labels, Volume

SHAPE = (40, 33, 14)
SPACING = (1.4, 1.7, 4.0)


def scan(unit="HU", dtype=np.int16):
    i, j, k = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    body = ((i - 21) / 14) ** 2 + ((j - 15) / 11) ** 2 < 1
    values = np.where(body, 40 + 3 * i + 2 * j - 5 * k, -1000).astype(dtype)
    direction = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    return Volume.from_array(values, SPACING, (10, 20, 30), direction, unit=unit)


def mask(volume):
    return Labels(array=(volume.array > 60).astype(np.uint8), grid=volume.grid, names={1: "bright"})


def recipe(text):
    return Recipe.from_toml(text, name="test")


WALK = """
[[step]]
do = "reorient"
to = "LPS"
[[step]]
do = "resample"
spacing_mm = [1.1, 1.3, 2.0]
[[step]]
do = "clip"
low = -200
high = 100
[[step]]
do = "rescale"
[[step]]
do = "crop_to_body"
margin_mm = 5
[[step]]
do = "pad_or_crop"
shape = [50, 40, 31]
"""


@pytest.mark.parametrize("name", ["walk", *preset_names()])
def test_an_account_replays_to_the_bit_and_survives_json_and_toml(name):
    volume = scan()
    asked = recipe(WALK) if name == "walk" else Recipe.load(name)
    ready, labels, account = asked.run_pair(volume, mask(volume), seed=5)
    assert account.is_account
    for again in (
        account,
        Recipe.from_json(json.loads(json.dumps(account.to_json()))),
        Recipe.from_toml(account.to_toml(), name=account.name),
        pickle.loads(pickle.dumps(account)),
    ):
        assert again == account
        assert again.fingerprint == account.fingerprint
        twice, labels_twice, _ = again.run_pair(volume, mask(volume), seed=99)
        np.testing.assert_array_equal(twice.array, ready.array)
        np.testing.assert_array_equal(labels_twice.array, labels.array)
        assert twice.grid == ready.grid == labels_twice.grid
        assert account.grid(volume.grid) == ready.grid


def test_fused_is_the_same_as_step_by_step():
    volume = scan(dtype=np.float32)
    ready, account = recipe(WALK).run(volume)
    one_by_one = volume
    for step in account.steps:
        one_by_one = step(one_by_one)
    np.testing.assert_allclose(ready.array, one_by_one.array, atol=1e-6)
    assert ready.grid == one_by_one.grid
    np.testing.assert_array_equal(ready.valid, one_by_one.valid)
    assert ready.array.min() == 0
    assert ready.array.max() == 1


def test_what_was_cut_away_does_not_come_back():
    volume = scan()
    text = """
    [[step]]
    do = "crop"
    start = [10, 10, 3]
    size = [9, 8, 5]
    [[step]]
    do = "pad_or_crop"
    shape = [15, 12, 9]
    """
    ready, _ = recipe(text).run(volume)
    assert ready.valid is not None
    assert ready.valid.sum() == 9 * 8 * 5
    assert (ready.array[~ready.valid] == -1000).all()
    np.testing.assert_array_equal(ready.array[3:12, 2:10, 2:7], volume.array[10:19, 10:18, 3:8])


def test_padding_after_a_change_of_values_is_changed_as_well():
    text = """
    [[step]]
    do = "clip"
    low = -500
    high = 500
    [[step]]
    do = "rescale"
    to = [0.0, 10.0]
    [[step]]
    do = "pad_or_crop"
    shape = [44, 35, 16]
    """
    ready, account = recipe(text).run(scan())
    assert ready.valid is not None
    assert (ready.array[~ready.valid] == 0).all()
    one_by_one = scan()
    for step in account.steps:
        one_by_one = step(one_by_one)
    np.testing.assert_allclose(one_by_one.array, ready.array, atol=1e-6)


def test_interpolated_integers_become_floats_and_picked_ones_stay():
    turned, _ = recipe('[[step]]\ndo = "reorient"\nto = "RAS"').run(scan())
    assert turned.array.dtype == np.int16
    ready, _ = recipe('[[step]]\ndo = "resample"\nspacing_mm = [1.0, 1.2, 2.0]').run(scan())
    assert ready.array.dtype == np.float32
    assert ready.unit == "HU"
    stretched, _ = recipe(
        '[[step]]\ndo = "resample"\nspacing_mm = [1.0, 1.2, 2.0]\n[[step]]\ndo = "zscore"'
    ).run(scan())
    assert abs(float(stretched.array.mean())) < 1e-4
    assert abs(float(stretched.array.std()) - 1) < 1e-4


def test_labels_on_a_grid_of_their_own_come_along():
    volume = scan()
    labels = find_step("resample")(spacing_mm=(0.7, 0.8, 1.0))(mask(volume))
    assert labels.grid != volume.grid
    ready, ready_labels, _ = recipe(WALK).run_pair(volume, labels)
    assert ready_labels.grid == ready.grid
    own, own_labels, _ = recipe(WALK).run_pair(volume, mask(volume))
    both = (ready_labels.array & own_labels.array).sum()
    assert 2 * both / (ready_labels.array.sum() + own_labels.array.sum()) > 0.95
    assert own.grid == ready.grid


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[step]]\ndo = "resampel"', "resample"),
        ('[[step]]\ndo = "resample"\nspacing = [1, 1, 1]', "spacing_mm"),
        ('[[step]]\ndo = "resample"', "spacing_mm"),
        ('[[step]]\ndo = "resample"\nspacing_mm = [1, 1]', "3 values"),
        ('[[step]]\ndo = "resample"\nspacing_mm = [1, 1, 0]', "above 0"),
        ('[[step]]\ndo = "resample"\nspacing_mm = [1, 1, 1]\ninterpolation = "sinc"', "'cubic'"),
        ('[[step]]\ndo = "clip"\nlow = "a"\nhigh = 3', "float"),
        ('[[step]]\ndo = "clip"\nlow = 5\nhigh = 3', "low ≤ high"),
        ('[[step]]\nto = "LPS"', "what to do"),
        ('[[step]]\ndo = "reorient"\nto = "LLS"', "orientation code"),
        ('colour = "red"', "colour"),
        ("[[step", "TOML"),
    ],
)
def test_mistakes_in_a_recipe_are_named(text, words):
    with pytest.raises(WrongUse, match=r"\S") as caught:
        recipe(text)
    assert words in str(caught.value)


def test_an_unknown_preset_lists_the_near_ones(tmp_path):
    with pytest.raises(UnknownName, match="ct-lung"):
        Recipe.load("ct-lungs")
    with pytest.raises(WrongUse, match="cannot read"):
        Recipe.load(tmp_path / "none.toml")


def test_a_body_is_asked_of_a_ct_only():
    with pytest.raises(Scan2TrainError, match="crop_to_foreground"):
        recipe('[[step]]\ndo = "crop_to_body"').run(scan(unit="a.u."))
    ready, _ = recipe('[[step]]\ndo = "crop_to_foreground"\nmargin_mm = 0').run(scan(unit="a.u."))
    assert ready.grid.shape[0] < SHAPE[0]
    assert (ready.array > -1000).any()


def test_the_crop_to_the_body_loses_nothing_of_it_and_drops_the_table():
    volume = scan()
    values = np.array(volume.array)
    values[:, 30:32, :] = 200  # a plate below the body, as wide as the picture
    ready, account = recipe('[[step]]\ndo = "crop_to_body"\nmargin_mm = 0').run(volume.replace(array=values))
    body = np.argwhere(volume.array > -1000)
    start, size = np.array(account.steps[0].start), np.array(account.steps[0].size)
    assert (body.min(axis=0) >= start).all()
    assert (body.max(axis=0) < start + size).all()
    assert ready.grid.shape[0] < SHAPE[0]


def test_every_step_is_found_by_its_files_name():
    for word in step_words():
        assert find_step(word).word() == word


def test_maps_of_values_chain():
    chain = ValueMap.clip(0, 10).then(ValueMap.linear((0, 10), (1, -1))).then(ValueMap.clip(-0.5, 0.5))
    for value in (-3.0, 0.0, 2.0, 4.0, 6.0, 9.0, 20.0):
        expected = min(max(1 - min(max(value, 0), 10) / 5, -0.5), 0.5)
        assert chain(value) == pytest.approx(expected)
    assert chain.inverse() is None
    line = ValueMap(scale=2, shift=3)
    back = line.inverse()
    assert back is not None
    assert back(line(7.5)) == 7.5


def edge():
    values = np.zeros((24, 20, 12), np.float32)
    values[12:] = 3000
    values[::3, ::2, ::2] += 200
    return Volume.from_array(values, (1.0, 1.3, 1.7))


@pytest.mark.parametrize(
    "steps",
    [
        (("clip", {"low": 0.0, "high": 400.0}), ("resample", {"spacing_mm": [0.8, 0.9, 1.1]})),
        (("window", {"center": 200.0, "width": 400.0}), ("resample", {"spacing_mm": [0.8, 0.9, 1.1]})),
        (("resample", {"spacing_mm": [4.0, 4.0, 4.0]}), ("resample", {"spacing_mm": [1.0, 1.0, 1.0]})),
        (
            ("resample", {"spacing_mm": [0.5, 0.6, 0.8], "interpolation": "nearest"}),
            ("resample", {"spacing_mm": [1.1, 1.2, 1.3]}),
        ),
        (("crop", {"start": [3, 2, 1], "size": [15, 12, 7]}), ("resample", {"spacing_mm": [0.7, 0.9, 1.1]})),
        (("pad_or_crop", {"shape": [30, 15, 14]}), ("resample", {"spacing_mm": [0.7, 0.9, 1.1]})),
        (("reorient", {"to": "PSL"}), ("clip", {"low": 0.0, "high": 900.0}), ("flip", {"axes": [0, 2]})),
        (
            ("resample", {"spacing_mm": [0.7, 0.9, 1.1]}),
            ("clip", {"low": 0.0, "high": 900.0}),
            ("reorient", {"to": "LPS"}),
        ),
    ],
)
def test_the_order_of_steps_counts(steps):
    volume = edge()
    labels = Labels(array=(volume.array > 1000).astype(np.uint8), grid=volume.grid)
    asked = Recipe(steps=tuple(find_step(word).from_json(options) for word, options in steps))
    fused, fused_labels, account = asked.run_pair(volume, labels)
    one_by_one, labels_one_by_one = volume, labels
    for step in account.steps:
        one_by_one, labels_one_by_one = step(one_by_one), step(labels_one_by_one)
    np.testing.assert_allclose(fused.array, one_by_one.array, atol=2e-3)
    np.testing.assert_array_equal(fused_labels.array, labels_one_by_one.array)
    assert (fused.valid is None) == (one_by_one.valid is None)
    if fused.valid is not None:
        np.testing.assert_array_equal(fused.valid, one_by_one.valid)


def test_an_account_is_loaded_from_its_file(tmp_path):
    ready, account = recipe(WALK).run(scan())
    path = tmp_path / "account.json"
    path.write_text(json.dumps({"case": "a", "done": account.to_json()["step"]}))
    again, _ = Recipe.load(path).run(scan())
    np.testing.assert_array_equal(again.array, ready.array)
    path.write_text("[]")
    with pytest.raises(WrongUse, match="no account"):
        Recipe.load(path)


@pytest.mark.parametrize(
    "text", ["", "about = 'x'", "step = 3", "step = [1]", "[step]\ndo = 'clip'", "[[step]]\ndo = 5"]
)
def test_what_is_no_list_of_steps_is_refused(text):
    with pytest.raises(WrongUse):
        recipe(text)


def test_absurd_requests_are_refused():
    with pytest.raises(WrongUse, match="far too fine"):
        recipe('[[step]]\ndo = "resample"\nspacing_mm = [1e-7, 1, 1]').run(scan())
    coarse, _ = recipe('[[step]]\ndo = "resample"\nspacing_mm = [1e10, 1, 1]').run(scan())
    assert coarse.grid.shape[0] == 1
    with pytest.raises(WrongUse, match="seed"):
        recipe(WALK).run(scan(), seed=-1)
    with pytest.raises(WrongUse, match="Volume"):
        recipe(WALK).run(np.zeros((3, 4, 5)))
    with pytest.raises(WrongUse, match="go together"):
        recipe('[[step]]\ndo = "zscore"\nmean = 0')
    with pytest.raises(WrongUse, match="three numbers"):
        Volume.from_array(np.zeros((3, 4, 5)), spacing="abc")
    with pytest.raises(WrongUse, match="real numbers"):
        Volume.from_array(np.zeros((3, 4, 5), complex))
    with pytest.raises(WrongUse, match="one value"):
        Labels.from_array(np.zeros((3, 4, 5, 2), np.uint8))


def test_values_taken_as_hu_are_padded_with_air():
    text = """
    [[step]]
    do = "take_as"
    measured_in = "HU"
    [[step]]
    do = "pad_or_crop"
    shape = [44, 35, 16]
    """
    ready, _ = recipe(text).run(scan(unit="a.u."))
    assert ready.unit == "HU"
    assert ready.valid is not None
    assert (ready.array[~ready.valid] == -1000).all()


#: Half a voxel to the right, row by row.
SHIFTED = [1.0, 0.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.75, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    "between",
    [
        {"do": "resample", "spacing_mm": [2.0, 2.0, 2.0]},
        {"do": "denoise_median", "radius": 1},
        {"do": "denoise_nonlocal", "search": 1},
        {"do": "affine", "matrix": SHIFTED},
    ],
)
def test_the_range_of_a_clip_holds_through_what_only_averages(between):
    values = np.random.default_rng(0).uniform(-300, 200, (8, 9, 7)).astype(np.float32)
    volume = Volume(array=values, grid=Grid(values.shape, np.diag([1.0, 1.5, 3.0, 1.0])), unit="HU")
    clip = {"do": "clip", "low": -1000.0, "high": 400.0}
    _, account = Recipe.from_json({"step": [clip, between, {"do": "rescale"}]}).run(volume)
    assert account.steps[-1].from_range == (-1000, 400)


def test_the_range_of_a_clip_does_not_hold_where_values_swing_or_are_bent():
    values = np.random.default_rng(0).uniform(-300, 200, (8, 9, 7)).astype(np.float32)
    volume = Volume(array=values, grid=Grid(values.shape, np.diag([1.0, 1.5, 3.0, 1.0])), unit="HU")
    clip = {"do": "clip", "low": -200.0, "high": 100.0}
    noise = {"do": "noise", "std": 10.0, "seed": 0}
    cubic = {"do": "resample", "spacing_mm": [0.7, 0.7, 0.7], "interpolation": "cubic"}
    moved = {"do": "affine", "matrix": SHIFTED, "interpolation": "cubic"}
    for between in (noise, cubic, moved):
        ready, account = Recipe.from_json({"step": [clip, between, {"do": "rescale"}]}).run(volume)
        low, high = account.steps[-1].from_range
        assert low < -200 < 100 < high, between["do"]
        assert (ready.array.min(), ready.array.max()) == pytest.approx((0, 1), abs=1e-6)


@pytest.mark.parametrize("before", ["", '[[step]]\ndo = "clip"\nlow = -200\nhigh = 100\n'])
@pytest.mark.parametrize("looks", ['crop_to_body"\nmargin_mm = 2\n', 'zscore"\nover = "body"\n'])
def test_what_is_said_of_the_unit_holds_for_steps_that_look_at_measured_values(before, looks):
    text = f'{before}[[step]]\ndo = "take_as"\nmeasured_in = "HU"\n[[step]]\ndo = "{looks}'
    ready, account = recipe(text).run(scan(unit="a.u."))
    known, _ = recipe(text).run(scan())
    again, _ = account.run(scan(unit="a.u."))
    assert known.grid.shape != SHAPE or "zscore" in looks
    for one in (ready, again):
        assert (one.grid, one.unit) == (known.grid, known.unit)
        np.testing.assert_array_equal(one.array, known.array)
    with pytest.raises(WrongUse, match=r"a\.u\."):
        recipe(text.replace("take_as", "linear").replace('measured_in = "HU"', "")).run(scan(unit="a.u."))


@pytest.mark.parametrize("looks", ["crop_to_body", 'zscore"\nover = "body'])
def test_an_error_about_the_unit_names_what_a_recipe_can_say(looks):
    with pytest.raises(WrongUse) as told:
        recipe(f'[[step]]\ndo = "{looks}"\n').run(scan(unit="a.u."))
    assert 'task = "ct-' in told.value.advice
    assert 'do = "take_as", measured_in = "HU"' in told.value.advice


def test_the_recipe_of_the_howto_takes_a_file_without_a_unit():
    page = Path(__file__).parents[2] / "docs/howto/recipes.md"
    text = page.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    ready, _ = recipe(text).run(scan(unit="a.u."))
    known, _ = recipe(text).run(scan())
    assert ready.grid == known.grid


def test_values_that_become_hounsfield_units_in_the_recipe_are_looked_at_as_such():
    text = (
        '[[step]]\ndo = "linear"\nshift = -1024\n[[step]]\ndo = "take_as"\nmeasured_in = "HU"\n'
        '[[step]]\ndo = "crop_to_body"\n'
    )
    stored = scan(unit="a.u.")
    ready, _ = recipe(text).run(stored.replace(array=stored.array + np.int16(1024)))
    known, _ = recipe('[[step]]\ndo = "crop_to_body"\n').run(scan())
    assert ready.grid == known.grid
    np.testing.assert_array_equal(ready.array, known.array)
    assert ready.unit == "HU"


def test_uptake_does_not_follow_from_values_that_were_scaled_and_named():
    volume = scan(unit="BQML").replace(meta={"uptake": {"bw": 0.5}})
    text = '[[step]]\ndo = "linear"\nscale = 2\n[[step]]\ndo = "take_as"\nmeasured_in = "BQML"\n[[step]]\ndo = "suv"\n'
    with pytest.raises(WrongUse, match="no SUVbw"):
        recipe(text).run(volume)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    "steps",
    [
        '[[step]]\ndo = "zscore"\n',
        '[[step]]\ndo = "denoise_gaussian"\nsigma_mm = 3\n[[step]]\ndo = "clip_percentile"\n[[step]]\ndo = "rescale"\n',
        '[[step]]\ndo = "resample"\nspacing_mm = [2.0, 1.1, 3.0]\ninterpolation = "cubic"\n[[step]]\ndo = "zscore"\n',
    ],
)
def test_what_is_not_finite_is_no_data(steps, odd):
    values = np.array(scan().array, np.float32)
    values[20, 15, 6] = values[3, 30, 0] = odd
    there = np.isfinite(values)
    volume = Volume(array=values, grid=scan().grid, unit="HU")
    masked = Volume(array=np.where(there, values, -1000), grid=volume.grid, unit="HU", valid=there)
    (ready, account), (wanted, _) = recipe(steps).run(volume), recipe(steps).run(masked)
    assert np.isfinite(ready.array).all()
    np.testing.assert_array_equal(ready.array, wanted.array)
    np.testing.assert_array_equal(ready.valid, wanted.valid)
    again, _ = account.run(volume)
    np.testing.assert_array_equal(again.array, ready.array)


def test_a_voxel_of_which_one_channel_is_not_finite_is_no_data():
    values = np.ones((5, 4, 3, 2), np.float32)
    values[1, 2, 0, 1] = np.nan
    ready, _ = recipe('[[step]]\ndo = "linear"\nscale = 2.0\n').run(
        Volume(array=values, grid=Grid((5, 4, 3), np.eye(4)))
    )
    assert np.argwhere(~ready.valid).tolist() == [[1, 2, 0]]
    assert ready.array[1, 2, 0].tolist() == [2, 0]


def test_a_volume_without_a_number_is_refused():
    nothing = Volume(array=np.full((5, 4, 3), np.nan, np.float32), grid=Grid((5, 4, 3), np.eye(4)))
    with pytest.raises(Scan2TrainError, match="no value of this volume is finite"):
        recipe('[[step]]\ndo = "linear"\nscale = 2.0\n').run(nothing)
