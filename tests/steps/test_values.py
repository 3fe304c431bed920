"""Steps of values: windows against the standard's formulas and pydicom, tables, and what is taken over which voxels."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels import apply_voi_lut, apply_windowing

from scan2train.errors import GeometryError, Scan2TrainError, WrongUse
from scan2train.grid import Grid
from scan2train.read import read
from scan2train.recipe import Recipe
from scan2train.recipe.lookup import find_step
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume

RAMP = Volume.from_array(
    np.arange(-1100, 1000, dtype=np.int16).reshape(10, 14, 15), (0.7, 0.9, 2.5), unit="HU"
)


def _step(word, **options):
    return find_step(word).from_json({"do": word, **options})


def _windowed_by_pydicom(center, width, function):
    about = Dataset()
    about.PixelRepresentation, about.BitsStored, about.PhotometricInterpretation = 1, 16, "MONOCHROME2"
    about.WindowCenter, about.WindowWidth, about.VOILUTFunction = center, width, function
    # Stored in 16 bits without a rescale, the range that pydicom scales to.
    with np.errstate(over="ignore"):
        return (apply_windowing(RAMP.array.astype(np.float64), about) + 2**15) / (2**16 - 1)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("center", "width"), [(40, 400), (-600, 1500), (0.5, 1)])
def test_windows_are_those_of_the_standard_as_pydicom_has_them(function, center, width):
    made = _step("window", center=center, width=width, function=function)(RAMP).array
    # float32 against float64, of values up to 1.
    np.testing.assert_allclose(made, _windowed_by_pydicom(center, width, function), atol=2e-6)


def test_a_preset_is_numbers_in_the_account_and_for_hu_alone():
    step = _step("window", preset="brain")
    kept = step.to_json()
    assert (kept["center"], kept["width"], kept["preset"]) == (40.0, 80.0, "brain")
    np.testing.assert_array_equal(step(RAMP).array, _step("window", center=40, width=80)(RAMP).array)
    with pytest.raises(WrongUse, match="HU"):
        step(RAMP.replace(unit="a.u."))
    with pytest.raises(WrongUse, match="or a preset"):
        _step("window", center=40)


def test_a_table_is_that_of_pydicom_and_straight_between_whole_numbers():
    first, bits = -500, 12
    entries = (2048 + 2000 * np.tanh(np.linspace(-2, 2, 900))).astype(int).tolist()
    about, item = Dataset(), Dataset()
    item.LUTDescriptor, item.LUTData = [len(entries), first, bits], entries
    item["LUTDescriptor"].VR, item["LUTData"].VR = "SS", "US"
    about.VOILUTSequence = [item]
    step = _step("voi_lut", first=first, entries=entries, bits=bits)
    expected = apply_voi_lut(RAMP.array, about) / (2**bits - 1)
    np.testing.assert_allclose(step(RAMP).array, expected, atol=1e-7)
    between = step(RAMP.replace(array=RAMP.array + np.float32(0.25))).array
    np.testing.assert_allclose(
        between.ravel()[700], 0.75 * expected.ravel()[700] + 0.25 * expected.ravel()[701], atol=1e-6
    )
    with pytest.raises(WrongUse, match="entries"):
        _step("voi_lut", first=0, entries=[0, 4096], bits=12)


def test_the_window_of_the_header_is_taken_where_all_slices_share_it(tmp_path):
    volume = RAMP.replace(array=np.maximum(RAMP.array, -1024))
    tags = {"WindowCenter": [50, -600], "WindowWidth": [350, 1500], "VOILUTFunction": "LINEAR_EXACT"}
    write_dicom_series(volume, tmp_path / "one", extra_tags=tags)
    found = read(tmp_path / "one")
    assert found.meta["window"] == {"center": 50.0, "width": 350.0, "function": "LINEAR_EXACT"}
    recipe = Recipe.from_json({"step": [{"do": "window_of_header"}]})
    ready, account = recipe.run(found)
    expected = _step("window", center=50, width=350, function="LINEAR_EXACT")
    assert account.steps == (expected,)
    np.testing.assert_array_equal(ready.array, expected(found).array)
    write_dicom_series(
        volume, tmp_path / "two", extra_tags=lambda k: {"WindowCenter": 40 + k, "WindowWidth": 400}
    )
    with pytest.raises(WrongUse, match="holds for the whole volume"):
        recipe.run(read(tmp_path / "two"))
    for first in ({"do": "clip", "low": 0, "high": 9}, {"do": "linear", "scale": 2.0}):
        late = Recipe.from_json({"step": [first, {"do": "window_of_header"}]})
        with pytest.raises(WrongUse, match="have been changed"):
            late.run(found)


@pytest.mark.parametrize("orientation", ["LPS", "SAR"])
def test_the_body_holds_the_lungs_and_neither_table_nor_air(orientation):
    volume, labels = chest_ct(grid=centred_grid((58, 62, 44), (6.5, 5.5, 8.0), "LPS"), organs=True)
    turned = _step("reorient", to=orientation)
    volume, labels = turned(volume), turned(labels)
    recipe = Recipe.from_json({"step": [{"do": "zscore", "over": "body"}]})
    _, account = recipe.run(volume)
    under = volume.array[labels.array != 0]
    everywhere = float(volume.array.mean())
    # Air around the patient draws the mean of all voxels down; lungs draw that of the body below soft tissue.
    assert everywhere + 100 < account.steps[0].mean < 0
    assert under.size
    with pytest.raises(WrongUse, match="calibrated CT"):
        recipe.run(volume.replace(unit="a.u."))


def test_labels_say_where_values_are_taken_at_the_place_of_the_step():
    volume, labels = chest_ct(grid=centred_grid((40, 36, 20), (9.0, 10.0, 15.0), "LPS"), organs=True)
    steps = [{"do": "resample", "spacing_mm": [11.0, 8.0, 12.0]}, {"do": "subtract_mean", "over": "labels"}]
    ready, ready_labels, account = Recipe.from_json({"step": steps}).run_pair(volume, labels)
    assert ready.unit == "a.u."  # 0 is no longer water
    assert abs(float(ready.array[ready_labels.array != 0].mean(dtype=np.float64))) < 1e-3
    assert account.steps[1].mean != 0
    with pytest.raises(WrongUse, match="has none"):
        Recipe.from_json({"step": steps}).run(volume)


def test_a_crop_to_labels_is_theirs_alone():
    shape = (20, 18, 16)
    mask = np.zeros(shape, np.uint8)
    mask[5:8, 6:10, 7:9] = 1
    mask[15, 15, 15] = 2
    volume, labels = (
        kind.from_array(array, (2.0, 1.5, 3.0))
        for kind, array in ((Volume, np.zeros(shape, np.int16)), (Labels, mask))
    )

    def crop(**options):
        recipe = Recipe.from_json({"step": [{"do": "crop_to_labels", **options}]})
        return recipe.run_pair(volume, labels)[2].steps[0]

    one = crop(labels=[1], margin_mm=3.0)
    assert (one.start, one.size) == ((3, 4, 6), (7, 8, 4))
    both = crop(margin_mm=0.0)
    assert (both.start, both.size) == ((5, 6, 7), (11, 10, 9))
    with pytest.raises(Scan2TrainError, match="nothing to crop to"):
        crop(labels=[3])
    with pytest.raises(WrongUse, match="has none"):
        Recipe.from_json({"step": [{"do": "crop_to_labels"}]}).run(volume)


def test_millimetres_are_refused_on_pixel_grids():
    flat = Volume(
        array=np.arange(600, dtype=np.uint8).reshape(20, 30, 1),
        grid=Grid((20, 30, 1), np.eye(4), physical=False),
    )
    for step in (
        {"do": "crop_to_foreground"},
        {"do": "resample_isotropic"},
        {"do": "resample", "spacing_mm": [1.0, 1.0, 1.0]},
    ):
        with pytest.raises(GeometryError, match="millimetres"):
            Recipe.from_json({"step": [step]}).run(flat)
    assert _step("resample_to_shape", shape=[10, 15, 1])(flat).grid.shape == (10, 15, 1)
    assert _step("pad_to_multiple", multiple=[32, 32, 1])(flat).grid.shape == (32, 32, 1)
