"""Surfaces as a figure: each label in its colour, on the side where it lies."""

from __future__ import annotations

import numpy as np
import pytest

import scan2train as s2t
from scan2train.errors import GeometryError, WrongUse
from scan2train.grid import Grid
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume


@pytest.fixture(scope="module")
def balls():
    """1 lies to the patient's right and high, 2 to the left and low."""
    grid = centred_grid((40, 34, 26), (1.5, 2.0, 3.0), "PIL")
    centres = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
    array = np.zeros(grid.shape, np.uint8)
    for value, place in ((1, (18, 0, 10)), (2, (-18, 0, -10))):
        array[np.linalg.norm(centres - place, axis=-1) < 12] = value
    return Labels(array=array, grid=grid, names={1: "right"})


def _shares(picture, channel):
    """Centre of what is mostly of one colour, as shares of the picture from the upper left."""
    rgb = picture.astype(int)
    rows, columns = np.nonzero(rgb[..., channel] > 60 + rgb[..., 2 - channel])
    return columns.mean() / picture.shape[1], rows.mean() / picture.shape[0]


def test_each_label_is_drawn_in_its_colour_where_it_lies(balls):
    figure = s2t.surface(balls, title="Two")
    views = {axes.get_label(): axes.images[0].get_array() for axes in figure.axes}
    x, y = _shares(views["front"], 0)
    assert x < 0.45
    assert y < 0.5
    x, y = _shares(views["front"], 2)
    assert x > 0.55
    assert y > 0.5
    # From above, seen from over the head with the front on top, right is on the right.
    assert _shares(views["above"], 0)[0] > 0.55
    letters = [text.get_text() for text in figure.axes[2].texts][:4]
    assert letters == ["L", "R", "A", "P"]
    words = [text.get_text() for text in figure.texts]
    assert {"right", "label 2", "Two"} <= set(words)
    ml = 2 * 4 / 3 * np.pi * 1.2**3
    assert float(next(word for word in words if "ml" in word).split()[0]) == pytest.approx(ml, rel=0.06)


def test_the_bar_is_as_long_as_it_says_on_the_scale_of_the_picture(balls):
    figure = s2t.surface(balls, label=1, smooth_rounds=0)
    axes = figure.axes[0]
    picture = axes.images[0].get_array()
    columns = np.nonzero((picture.astype(int).sum(axis=2) > 120).any(axis=0))[0]
    mm = np.ptp(columns) * axes.get_xlim()[1] / picture.shape[1]
    assert mm == pytest.approx(24, abs=2)
    line = axes.lines[0].get_xdata()
    assert axes.texts[-1].get_text() == f"{round(line[1] - line[0])} mm"


def test_an_image_needs_a_level_and_millimetres(balls, tmp_path):
    image = Volume(array=balls.array.astype(np.float32), grid=balls.grid)
    s2t.surface(image, level=1.5, path=tmp_path / "s.png", dark=False, width_in=4, dpi=80)
    assert (tmp_path / "s.png").stat().st_size > 3000
    with pytest.raises(WrongUse, match="level"):
        s2t.surface(image)
    with pytest.raises(WrongUse, match="no surface"):
        s2t.surface(Labels(array=np.zeros_like(balls.array), grid=balls.grid))
    with pytest.raises(GeometryError):
        s2t.surface(balls.replace(grid=Grid(balls.grid.shape, np.eye(4), physical=False)))
    many = Labels(
        array=np.arange(4 * 4 * 4, dtype=np.uint8).reshape(4, 4, 4),
        grid=centred_grid((4, 4, 4), (1, 1, 1), "LPS"),
    )
    with pytest.raises(WrongUse, match="too many"):
        s2t.surface(many)
