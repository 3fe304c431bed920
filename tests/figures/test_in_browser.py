"""What a notebook shows of a volume, in a browser: a frame that scrolls, shut off from the page around it."""

from __future__ import annotations

import numpy as np

import scan2train as s2t
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume

EVIL = '"></iframe><script>top.hurt=1</script><img src=x onerror="top.hurt=2">'


def test_a_notebooks_frame_scrolls_and_reaches_nothing(tab, tmp_path, monkeypatch):
    monkeypatch.setattr("matplotlib.get_backend", lambda: "module://matplotlib_inline.backend_inline")
    grid = centred_grid((22, 30, 17), (3.0, 2.0, 4.0), "ASR")
    volume = Volume(array=np.random.default_rng(2).normal(size=grid.shape), grid=grid)
    labels = Labels(array=(volume.array > 1).astype(np.uint8), grid=grid, names={1: EVIL})
    page = tmp_path / "notebook.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8>{s2t.show(volume, labels)._repr_html_()}", encoding="utf-8"
    )
    tab.goto(page.as_uri())
    frame = tab.frame_locator("iframe")
    canvas = frame.locator("canvas[data-plane=axial]")
    # Axial slices follow the second axis, which grows to the head.
    assert canvas.get_attribute("data-n") == "15"
    canvas.hover()
    tab.mouse.wheel(0, -100)
    frame.locator("canvas[data-plane=axial][data-n='14']").wait_for()
    assert frame.locator("figcaption").first.inner_text() == "axial 15/30"
    assert EVIL in frame.locator(".tools").inner_text()
    assert tab.evaluate("window.hurt") is None
    # Copies are decoded in the background: it looks until there is a picture, ten seconds at most.
    greys = """async canvas => {
        const end = performance.now() + 10_000;
        for (;;) {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const found = new Set(data).size;
            if (found > 50 || performance.now() > end) return found;
            await new Promise(requestAnimationFrame);
        }
    }"""
    assert canvas.evaluate(greys) > 50


def test_a_frame_that_had_no_width_at_first_and_another_one_later_is_filled(tab, tmp_path, monkeypatch):
    monkeypatch.setattr("matplotlib.get_backend", lambda: "module://matplotlib_inline.backend_inline")
    grid = centred_grid((22, 30, 17), (3.0, 2.0, 4.0))
    volume = Volume(array=np.random.default_rng(2).normal(size=grid.shape), grid=grid)
    page = tmp_path / "notebook.html"
    frame = s2t.show(volume)._repr_html_().replace("<iframe", '<iframe style="width: 0"')
    page.write_text(f"<!doctype html><meta charset=utf-8>{frame}", encoding="utf-8")
    tab.goto(page.as_uri())
    canvas = tab.frame_locator("iframe").locator("canvas[data-plane=axial]")
    shown = """async canvas => {
        const end = performance.now() + 10_000;
        while (canvas.clientWidth < 150 && performance.now() < end) await new Promise(requestAnimationFrame);
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return [canvas.clientWidth, canvas.width, new Set(data).size];
    }"""
    for wide in (500, 1100):
        tab.locator("iframe").evaluate("(frame, wide) => { frame.style.width = `${wide}px`; }", wide)
        as_shown, as_drawn, greys = canvas.evaluate(shown)
        assert as_shown > 150
        assert abs(as_shown - as_drawn) <= 1
        assert greys > 50
