"""Histograms: every real value is counted once, in its bin, for the whole and for each label."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.errors import WrongUse
from scan2train.figures import histogram
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume

GRID = centred_grid((6, 7, 8), (1.0, 2.0, 3.0), "LPS")


def _steps(figure):
    return [patch.get_data() for patch in figure.axes[0].patches if hasattr(patch, "get_data")]


def test_all_values_within_the_limits_are_counted_once():
    values = np.random.default_rng(4).normal(100, 30, GRID.shape)
    (counts, edges, _), *_ = _steps(histogram(Volume(array=values, grid=GRID), limits=(0, 200)))
    expected, _ = np.histogram(values, edges)
    np.testing.assert_array_equal(counts, expected)
    assert edges[0] == 0
    assert edges[-1] == 200


def test_whole_numbers_have_bins_of_as_many_values_each():
    values = np.arange(6 * 7 * 8, dtype=np.int16).reshape(6, 7, 8) * 3 % 701
    (_, edges, _), *_ = _steps(histogram(Volume(array=values, grid=GRID)))
    assert set(np.diff(edges)) == {np.diff(edges)[0]}
    assert (np.diff(edges) % 1 == 0).all()
    assert edges[0] % 1 == 0.5


def test_truths_are_counted_as_zeros_and_ones():
    values = np.arange(6 * 7 * 8).reshape(6, 7, 8) % 3 == 0
    (counts, edges, _), *_ = _steps(histogram(Volume(array=values, grid=GRID)))
    assert counts[:2].tolist() == [values.size * 2 // 3, values.size // 3]
    assert edges[:3].tolist() == [-0.5, 0.5, 1.5]
    labels = Labels(array=values.astype(np.uint8), grid=GRID)
    _, (within, _, _) = _steps(histogram(Volume(array=values[::-1], grid=GRID), labels))
    assert within.sum() == values.sum()


def test_padding_and_what_is_no_number_do_not_count():
    values = np.full(GRID.shape, 5.0)
    values[0] = np.nan
    valid = np.ones(GRID.shape, np.bool_)
    valid[:, :2] = False
    values[:, :2] = -1000.0
    (counts, _, _), *_ = _steps(histogram(Volume(array=values, grid=GRID, valid=valid)))
    assert counts.sum() == 5 * 5 * 8


def test_each_label_has_a_line_of_its_own():
    volume, labels = chest_ct((40, 36, 20), (9.0, 9.5, 15.0), organs=True)
    figure = histogram(volume, labels.replace(names={2: "right $lung"}), limits=(-1100, 1500))
    whole, *lines = _steps(figure)
    assert whole[0].sum() == volume.array.size
    assert [line[0].sum() for line in lines] == [
        int((labels.array == n).sum()) for n in np.unique(labels.array)[1:]
    ]
    words = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert any(word.startswith("right $lung (") for word in words)


def test_the_window_and_what_lies_outside_are_told():
    volume, _ = chest_ct((40, 36, 20), (9.0, 9.5, 15.0))
    figure = histogram(volume, window="bone", limits=(-500, 500), log=False, title="A chest")
    told = " ".join(text.get_text() for text in figure.texts)
    assert "C 400  W 1800" in told
    outside = 100 * np.mean((volume.array < -500.5) | (volume.array >= figure.axes[0].get_xlim()[1]))
    assert f"{outside:.2g} % lie outside" in told
    assert figure.axes[0].get_xlabel() == "value, HU"


def test_channels_are_lines_each():
    values = np.random.default_rng(5).normal(size=(*GRID.shape, 3))
    assert len(_steps(histogram(Volume(array=values, grid=GRID)))) == 3


def test_what_cannot_be_counted_is_refused():
    nothing = Volume(array=np.full(GRID.shape, np.nan), grid=GRID)
    with pytest.raises(WrongUse, match="no value"):
        histogram(nothing)
    with pytest.raises(WrongUse, match="limits"):
        histogram(Volume(array=np.ones(GRID.shape), grid=GRID), limits=(3, 3))
    many = Labels(array=(np.arange(6 * 7 * 8).reshape(GRID.shape) % 40).astype(np.uint8), grid=GRID)
    assert len(_steps(histogram(Volume(array=np.ones(GRID.shape), grid=GRID), many))) == 1 + 12
