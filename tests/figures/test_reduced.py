"""A reduced volume is the same patient the same way round, smaller."""

from __future__ import annotations

from io import BytesIO
from itertools import permutations, product

import numpy as np
import pytest
from PIL import Image

from scan2train.figures.planes import cut
from scan2train.figures.reduced import reduced
from scan2train.grid import Grid
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume

ORIENTATIONS = ["".join(letters) for axes in permutations(("RL", "AP", "SI")) for letters in product(*axes)]
MARK_MM = np.array((31.0, 19.0, 11.0))
SIZES_MM = np.array((96.0, 90.0, 110.0))


def _marked(orientation):
    order = [next(n for n, pair in enumerate(("RL", "AP", "SI")) if letter in pair) for letter in orientation]
    shape = tuple((48, 30, 22)[n] for n in order)
    grid = centred_grid(shape, tuple((2.0, 3.0, 5.0)[n] for n in order), orientation)
    centres = grid.to_world(np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1))
    inside = (np.abs(centres - MARK_MM) < 14).all(axis=-1)
    return Volume(array=np.where(inside, 900, 100).astype(np.int16), grid=grid), inside


def _unpacked(small, data):
    x, y, z = small.shape
    sheet = np.asarray(Image.open(BytesIO(data)))
    rows = sheet.reshape(-1, y, small.columns, x).swapaxes(1, 2).reshape(-1, y, x)
    return rows[:z].transpose(2, 1, 0)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_mark_stays_at_its_place_in_the_patient(orientation):
    volume, inside = _marked(orientation)
    labels = Labels(array=inside.astype(np.uint8) * 3, grid=volume.grid, names={3: "mark"})
    small = reduced(volume, labels, largest=22)
    np.testing.assert_allclose(np.multiply(small.shape, small.spacing_mm), SIZES_MM)
    assert max(small.shape) == 22
    grey, marks = _unpacked(small, small.picture), _unpacked(small, small.labels)
    assert set(np.unique(marks)) == {0, 3}
    for found in (grey > 128, marks == 3):
        # Counted from the right, the front and the head.
        place = (np.argwhere(found).mean(axis=0) + 0.5) * small.spacing_mm
        np.testing.assert_allclose(place, SIZES_MM / 2 - MARK_MM, atol=2.6)
    assert small.names == {3: "mark"}


def test_without_patient_geometry_the_first_row_stays_on_top_as_in_other_pictures():
    rng = np.random.default_rng(6)
    array = rng.integers(100, 140, (24, 18, 10)).astype(np.uint8)
    array[:6, :5, :3] = 250  # the first columns, rows and slices
    marks = (array == 250).astype(np.uint8)
    grid = Grid(array.shape, np.eye(4), physical=False)
    small = reduced(Volume(array=array, grid=grid), Labels(array=marks, grid=grid), largest=24, quality=95)
    np.testing.assert_array_equal(_unpacked(small, small.labels), marks)
    grey = _unpacked(small, small.picture)
    for name, axis in (("axial", 2), ("coronal", 1), ("sagittal", 0)):
        shown = cut(array, grid, name, (2, 2, 1)).image
        assert np.corrcoef(grey.take(2 if axis < 2 else 1, axis=axis).T.ravel(), shown.ravel())[0, 1] > 0.95


def test_greys_stand_for_the_values_that_are_told():
    volume, _ = _marked("LPS")
    for unit in ("HU", "a.u."):
        small = reduced(volume.replace(unit=unit), largest=22, window=(500.0, 1000.0), quality=95)
        values, greys = zip(*small.greys, strict=True)
        told = np.interp(_unpacked(small, small.picture), greys, values)
        assert np.median(told) == pytest.approx(100, abs=8)
        assert np.median(told[told > 500]) == pytest.approx(900, abs=30)
        assert small.windows[0][1:] == (500.0, 1000.0)


def test_padding_is_black_and_what_is_thin_or_coloured_is_left_out():
    volume, inside = _marked("RAS")
    labels = Labels(array=inside.astype(np.uint8), grid=volume.grid)
    small = reduced(volume.replace(valid=~inside), labels, largest=22, window=(500.0, 1000.0))
    grey, marks = _unpacked(small, small.picture), _unpacked(small, small.labels)
    assert np.median(grey[marks == 1]) < 10
    assert np.median(grey[marks == 0]) > 20
    assert (
        reduced(Volume(array=np.ones((5, 6, 1)), grid=centred_grid((5, 6, 1), (1, 1, 1), "LPS")), largest=9)
        is None
    )
    colour = Volume(array=np.ones((5, 6, 7, 3), np.uint8), grid=centred_grid((5, 6, 7), (1, 1, 1), "LPS"))
    assert reduced(colour, largest=9) is None


def test_labels_alone_are_carried_over_nothing():
    volume, inside = _marked("LPS")
    small = reduced(Labels(array=inside.astype(np.int16) * 300 + 1, grid=volume.grid), largest=22)
    assert _unpacked(small, small.picture).max() == 0
    # A value that 8 bits do not hold is left out, and no other stands for it.
    assert set(small.names) == {1}
