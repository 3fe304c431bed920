"""A figure that answers: wheel, keys and drags, sent as events to a canvas without a window."""

from __future__ import annotations

import html
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backend_bases import KeyEvent, MouseButton, MouseEvent

import scan2train as s2t
from scan2train.errors import GridMismatch, WrongUse
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume

SHAPE = (14, 18, 11)


def _volume(orientation="LPS"):
    grid = centred_grid(SHAPE, (2.0, 3.0, 5.0), orientation)
    centres = grid.to_world(np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1))
    return Volume(array=centres @ (1.0, 100.0, 10_000.0), grid=grid)


def _show(*given, **options):
    """A small figure: it is drawn anew at every step."""
    return s2t.show(*given, **{"width_in": 4, "dpi": 50, **options})


def _key(figure, key):
    figure.canvas.callbacks.process("key_press_event", KeyEvent("key_press_event", figure.canvas, key))


def _wheel(figure, step):
    figure.canvas.callbacks.process(
        "scroll_event", MouseEvent("scroll_event", figure.canvas, 300, 300, step=step)
    )


def _mouse(figure, name, x, y):
    figure.canvas.callbacks.process(name, MouseEvent(name, figure.canvas, x, y, MouseButton.LEFT))


def _shown(figure):
    return figure.axes[0].images[0].get_array()


def _words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("orientation", ["LPS", "RAI", "PSL", "ILA"])
def test_the_wheel_goes_towards_the_head_whatever_the_axes(orientation):
    figure = _show(_volume(orientation), plane="axial", window=(0, 4e6))
    heights = []
    for _ in range(4):
        heights.append(
            float(next(word for word in _words(figure) if "axial" in word).split()[-2].replace("−", "-"))
        )
        _wheel(figure, 1)
    steps = np.diff(heights)
    assert (steps > 0).all()
    assert np.ptp(steps) < 0.11


def test_parts_of_a_step_add_up_to_a_slice():
    figure = _show(_volume())
    first = figure.scroller.n
    for _ in range(3):
        _wheel(figure, 0.3)
    assert figure.scroller.n == first
    _wheel(figure, 0.3)
    assert figure.scroller.n == first + 1


def test_keys_go_from_slice_to_slice_and_stop_at_the_ends():
    figure = _show(_volume())
    first = figure.scroller.n
    for key, n in (("up", first + 1), ("down", first), ("home", 10), ("up", 10), ("end", 0), ("pageup", 10)):
        _key(figure, key)
        assert figure.scroller.n == n, key
    assert "axial  11/11" in " ".join(_words(figure))


def test_planes_are_chosen_and_go_through_the_same_voxel():
    volume = _volume()
    figure = _show(volume, at_mm=(5.0, -7.0, 10.0), window=(0, 4e5))
    i, j, k = figure.scroller.index
    for key, expected in (
        ("c", volume.array[:, j, :].T[::-1]),
        ("s", volume.array[i].T[::-1]),
        ("a", volume.array[:, :, k].T),
    ):
        _key(figure, key)
        np.testing.assert_allclose(_shown(figure), np.clip(expected / 4e5 + 0.5, 0, 1))
    assert figure.scroller.index == (i, j, k)


def test_a_drag_widens_and_brightens_and_r_takes_it_back():
    figure = _show(_volume(), window=(1000.0, 4000.0))
    before = np.array(_shown(figure))
    _mouse(figure, "motion_notify_event", 500, 500)
    assert figure.scroller.window == (1000.0, 4000.0)
    _mouse(figure, "button_press_event", 300, 300)
    _mouse(figure, "motion_notify_event", 400, 350)
    _mouse(figure, "button_release_event", 400, 350)
    _mouse(figure, "motion_notify_event", 600, 600)
    centre, width = figure.scroller.window
    assert centre < 1000
    assert width > 4000
    assert f"W {width:g}" in " ".join(_words(figure))
    assert not np.array_equal(_shown(figure), before)
    _key(figure, "r")
    np.testing.assert_array_equal(_shown(figure), before)


def test_a_click_tells_the_value_under_it():
    volume = _volume()
    figure = _show(volume, plane="axial")
    figure.canvas.draw()
    axes = figure.axes[0]
    # The pixel of column 3 and row 5, which in LPS are i and j.
    x, y = axes.transData.transform((3.5 * 2.0, 5.5 * 3.0))
    _mouse(figure, "button_press_event", x, y)
    assert f"value {volume.array[3, 5, figure.scroller.n]:g} a.u." in " ".join(_words(figure))


def test_labels_are_drawn_named_hidden_and_filled():
    volume = _volume()
    labels = Labels(array=np.ones(SHAPE, np.uint8), grid=volume.grid, names={1: "all $of it"})
    figure = _show(volume, labels)
    assert "all $of it" in _words(figure)
    assert len(figure.axes[0].collections) == 1
    _key(figure, "l")
    assert "all $of it" not in _words(figure)
    assert not figure.axes[0].collections
    _key(figure, "l")
    _key(figure, "f")
    assert len(figure.axes[0].images) == 2


def test_a_still_figure_touches_nothing_of_pyplot_and_is_saved(tmp_path):
    figure = _show(_volume())
    assert not plt.get_fignums()
    figure.savefig(tmp_path / "shown.png")
    assert (tmp_path / "shown.png").stat().st_size > 2000
    assert figure._repr_html_() is None


def test_a_window_is_opened_through_pyplot_and_has_no_keys_but_these(monkeypatch):
    waited = []
    answers = len(_show(_volume()).canvas.callbacks.callbacks["key_press_event"])
    monkeypatch.setattr("matplotlib.get_backend", lambda: "QtAgg")
    monkeypatch.setattr(plt, "show", lambda block=None: waited.append(block))
    try:
        figure = _show(_volume(), block=False)
        assert plt.get_fignums() == [figure.number]
        assert waited == [False]
        # matplotlib's own "l" would put the axes on a logarithmic scale, and its "s" would save.
        assert len(figure.canvas.callbacks.callbacks["key_press_event"]) == answers
        assert figure._repr_html_() is None
    finally:
        plt.close("all")


def test_a_notebook_gets_a_page_that_is_shut_off_and_shows_names_as_text(monkeypatch):
    monkeypatch.setattr("matplotlib.get_backend", lambda: "module://matplotlib_inline.backend_inline")
    volume = _volume()
    evil = '"></iframe><script>alert(1)</script>'
    labels = Labels(array=np.ones(SHAPE, np.uint8), grid=volume.grid, names={1: evil})
    frame = _show(volume, labels)._repr_html_()
    assert frame.count("<iframe") == frame.count("</iframe>") == 1
    assert "<script" not in frame
    assert re.findall(r'sandbox="([^"]*)"', frame) == ["allow-scripts"]
    page = html.unescape(re.search(r'srcdoc="([^"]*)"', frame).group(1))
    assert page.count("<script>") == page.count("</script>") == 1
    assert "default-src &#39;none&#39;" in page
    data = json.loads(html.unescape(re.search(r'data-scan="([^"]*)"', page).group(1)))
    assert data["names"] == [[1, evil, "#ff5d5d"]]


def test_what_cannot_be_shown_is_refused():
    volume = _volume()
    with pytest.raises(WrongUse):
        _show(volume, plane="up")
    with pytest.raises(GridMismatch):
        _show(
            volume, Labels(array=np.ones((3, 3, 3), np.uint8), grid=centred_grid((3, 3, 3), (1, 1, 1), "LPS"))
        )


def test_a_notebook_shows_a_volume_as_a_picture_and_a_script_as_text():
    volume = _volume()
    labels = Labels(array=(volume.array > 0).astype(np.uint8), grid=volume.grid)
    film = Volume(array=np.ones((30, 40, 1)), grid=centred_grid((30, 40, 1), (0.1, 0.2, 1.0), "LPS"))
    colour = Volume(array=np.zeros((8, 9, 1, 3), np.uint8), grid=centred_grid((8, 9, 1), (1, 1, 1), "LPS"))
    for one in (volume, labels, film, colour):
        assert one._repr_png_().startswith(b"\x89PNG")
    assert repr(volume).startswith("Volume(Grid(14×18×11, 2×3×5 mm, LPS)")
