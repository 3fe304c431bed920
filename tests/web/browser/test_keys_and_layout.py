"""Everything from the keyboard; what is remembered; and what there is without WebGL2."""

from __future__ import annotations

import struct
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from panes_of_viewer import geometry, settle, state, wait_for
from scans_to_view import chest


@pytest.fixture(scope="module")
def viewer(view, tmp_path_factory):
    return view(chest(tmp_path_factory.mktemp("chest")))


@pytest.fixture
def page(viewer, look):
    page = look(viewer)
    settle(page)
    return page


def drawn_n(page, plane):
    return int(page.locator(f"#pane-{plane} canvas.picture").get_attribute("data-n"))


def test_the_keyboard_alone_is_enough(page):
    for _ in range(60):  # Tab comes to the panes
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.plane") == "axial":
            break
    assert page.evaluate("document.activeElement.dataset.plane") == "axial"
    n = drawn_n(page, "axial")
    page.keyboard.press("ArrowUp")
    wait_for(page, "axial", n + 1)
    page.keyboard.press("Home")
    wait_for(page, "axial", 0)
    page.keyboard.press("End")
    wait_for(page, "axial", int(page.locator("#pane-axial canvas.picture").get_attribute("data-count")) - 1)
    before = np.array(state(page)["focus"])
    page.keyboard.press("Shift+ArrowRight")  # to the patient's left, by one column
    step = np.array(state(page)["focus"]) - before
    assert step == pytest.approx(geometry(page, "axial")[:3, 0])
    page.keyboard.press("`")
    assert state(page)["active"] == "coronal"
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    for _ in range(5):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    length = float(page.locator("#measures output").text_content().removesuffix(" mm"))
    assert length == pytest.approx(5 * np.linalg.norm(geometry(page, "coronal")[:3, 1]), abs=0.05)
    page.keyboard.press("Delete")
    assert state(page)["measures"] == []
    for key, zoom in (("+", 1.25), ("-", 1.0), ("+", 1.25)):
        page.keyboard.press(key)
        assert state(page)["views"]["coronal"]["zoom"] == pytest.approx(zoom)
    page.keyboard.press("f")
    assert state(page)["views"]["coronal"]["zoom"] == 1
    page.keyboard.press("s")
    assert (state(page)["slab"], state(page)["how"]) == (9, "max")
    page.keyboard.press("o")
    assert state(page)["mode"] == "patient"
    page.keyboard.press("i")
    assert state(page)["invert"]


def test_the_help_shows_every_key(page):
    page.keyboard.press("?")
    help_ = page.locator("#help")
    assert help_.is_visible()
    text = help_.inner_text()
    for words in (
        "Next slice",
        "Ruler",
        "Accept this image",
        "Radiological or neurological",
        "Zoom at the pointer",
    ):
        assert words in text
    page.keyboard.press("Escape")
    assert not help_.is_visible()


def test_every_key_is_in_the_guide(page):
    page.keyboard.press("?")
    guide = (Path(__file__).parents[3] / "docs" / "howto" / "view.md").read_text(encoding="utf-8")
    keys = page.locator("#help section:not(:has(h3:text-is('Labels'))) kbd").all_inner_texts()
    assert len(keys) > 40
    assert [key for key in keys if f"`{key}`" not in guide and f"`` {key} ``" not in guide] == []


def test_a_pane_fills_the_window_and_goes_back(page):
    page.keyboard.press("2")
    settle(page)
    assert page.locator("#pane-coronal").is_visible()
    assert not page.locator("#pane-axial").is_visible()
    wide = page.locator("#pane-coronal").bounding_box()["width"]
    page.locator("#pane-coronal .stage").dblclick()
    settle(page)
    assert page.locator("#pane-axial").is_visible()
    assert page.locator("#pane-coronal").bounding_box()["width"] < 0.6 * wide


def test_the_layout_is_remembered(page):
    for key in ("n", "3", "Shift+Q", "Shift+X"):
        page.keyboard.press(key)
    page.reload()
    page.evaluate("window.scan2train.ready()")
    settle(page)
    now = state(page)
    assert (now["convention"], now["maximised"], now["crosshair"]) == ("neurological", "sagittal", False)
    assert page.locator("#pane-sagittal").is_visible()
    assert not page.locator("#pane-axial").is_visible()
    assert not page.locator("#right").is_visible()


def test_a_layout_of_another_version_is_forgotten(page):
    page.evaluate(
        "localStorage.setItem('scan2train.layout', JSON.stringify({version: 0, maximised: 'axial'}))"
    )
    page.reload()
    page.evaluate("window.scan2train.ready()")
    assert state(page)["maximised"] is None


def test_three_dimensions_are_drawn(page):
    canvas = page.locator("#pane-3d canvas.picture[data-drawn]")
    canvas.wait_for()
    lit = """canvas => {
      const copy = document.createElement("canvas");
      copy.width = canvas.width; copy.height = canvas.height;
      const context = copy.getContext("2d");
      context.drawImage(canvas, 0, 0);
      const {data} = context.getImageData(0, 0, copy.width, copy.height);
      let lit = 0;
      for (let at = 0; at < data.length; at += 4) lit += data[at] > 40 ? 1 : 0;
      return lit / (data.length / 4);
    }"""
    assert 0.02 < canvas.evaluate(lit) < 0.9
    page.locator("#three-d-way").select_option("labels")
    page.locator("#pane-3d .ways", has_text="There are no labels").wait_for()
    dark = f"canvas => ({lit})(canvas) === 0"
    page.wait_for_function(f"() => ({dark})(document.querySelector('#pane-3d canvas.picture'))")


def test_three_dimensions_are_seen_whole_whatever_their_shape(view, look, tmp_path):
    """A long block of one value: what is lit ends before the pane does, and fills it one way."""
    path = tmp_path / "long.nii.gz"
    block = np.zeros((9, 11, 40), np.int16)
    block[1:-1, 1:-1, 1:-1] = 100
    nib.save(nib.Nifti1Image(block, np.diag([2.0, 1.5, 3.0, 1.0])), path)
    page = look(view(path))
    canvas = page.locator("#pane-3d canvas.picture[data-drawn]")
    canvas.wait_for()
    ends = """canvas => {
      const copy = document.createElement("canvas");
      copy.width = canvas.width; copy.height = canvas.height;
      const context = copy.getContext("2d");
      context.drawImage(canvas, 0, 0);
      const {data} = context.getImageData(0, 0, copy.width, copy.height);
      let [top, bottom] = [1, 0];
      for (let at = 0; at < data.length; at += 4) {
        const down = Math.floor(at / 4 / copy.width) / copy.height;
        if (data[at] > 40) [top, bottom] = [Math.min(top, down), Math.max(bottom, down)];
      }
      return [top, bottom];
    }"""
    top, bottom = canvas.evaluate(ends)
    assert 0.01 < top < 0.2
    assert 0.8 < bottom < 0.99
    canvas.focus()
    for _ in range(6):
        page.keyboard.press("+")
    page.wait_for_timeout(300)
    assert canvas.evaluate(ends)[0] == 0
    page.keyboard.press("f")
    page.wait_for_timeout(300)
    assert canvas.evaluate(ends)[0] == pytest.approx(top, abs=0.02)
    page.keyboard.press("t")
    assert page.locator("#three-d-way").input_value() == "max"


def test_three_dimensions_come_to_have_every_pixel(page):
    fine = """() => {
      const canvas = document.querySelector("#pane-3d canvas.picture");
      return canvas?.dataset.drawn && canvas.width === canvas.clientWidth && canvas.height === canvas.clientHeight;
    }"""
    page.wait_for_function(fine)


def test_without_webgl2_the_planes_still_work(page):
    page.add_init_script(
        """const own = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
          return kind === "webgl2" ? null : own.call(this, kind, ...more);
        };"""
    )
    page.reload()
    page.evaluate("window.scan2train.ready()")
    settle(page)
    page.locator("#no-3d", has_text="no WebGL2").wait_for()
    n = drawn_n(page, "axial")
    page.keyboard.press("ArrowDown")
    wait_for(page, "axial", n - 1)


def test_the_header_is_searched(page):
    page.keyboard.press("h")
    rows = page.locator("#header-tags tbody tr:visible")
    rows.first.wait_for()
    total = rows.count()
    page.keyboard.type("modality")
    assert 0 < rows.count() < total
    assert "CT" in page.locator("#header-tags").inner_text()
    # Keys are commands again at once, though the browser has yet to take the focus from the field.
    page.evaluate(
        """() => {
          const press = (target, key) => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
          const field = document.activeElement;
          press(field, "Escape");
          press(field, "?");
        }"""
    )
    assert not page.locator("#header-tags").is_visible()
    assert page.locator("#help").is_visible()


def test_the_view_is_saved_as_a_picture(page):
    with page.expect_download() as download:
        page.keyboard.press("k")
    path = download.value.path()
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    box = page.locator("#panes").bounding_box()
    assert struct.unpack(">II", data[16:24]) == (round(box["width"]), round(box["height"]))
    assert download.value.suggested_filename == f"scan2train-{state(page)['image']['id']}.png"


def test_errors_are_said_in_words(page, look):
    page.route(
        "**/slices/**",
        lambda route: route.fulfill(
            status=422,
            json={
                "error": "this slice is broken",
                "expected": "whole pixels",
                "found": "half of them",
                "where": "slice 3",
                "advice": "Copy the scan again.",
            },
        ),
    )
    page.keyboard.press("Home")
    alert = page.get_by_role("alert")
    alert.wait_for()
    for words in (
        "this slice is broken",
        "Expected: whole pixels",
        "Found: half of them",
        "Where: slice 3",
        "What to do: Copy the scan again.",
    ):
        assert words in alert.inner_text()
    page.unroute_all(behavior="wait")
    settle(page)
    look.wrong.clear()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (3840, 2160)])
def test_nothing_is_cut_off_on_a_laptop_or_at_4k(viewer, look, width, height):
    page = look(viewer, width=width, height=height)
    settle(page)
    overflow = "({scrollWidth, scrollHeight}) => [scrollWidth - innerWidth, scrollHeight - innerHeight]"
    assert page.locator("html").evaluate(overflow) == [0, 0]
    bar = page.locator("header.bar")
    assert bar.evaluate("bar => bar.scrollWidth - bar.clientWidth") == 0
    assert bar.bounding_box()["height"] < 0.08 * height
    for part in ("#show-help", "#fold-right", "#cursor", "#pane-3d"):
        box = page.locator(part).bounding_box()
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    page.keyboard.press("b")  # labels are begun: the panel has all its parts
    page.locator("#label-list li").wait_for()
    smallest = """right => Math.min(...[...right.querySelectorAll("button, select, input, label, p, dd, dt, span")]
      .filter((one) => one.checkVisibility() && (one.textContent.trim() || one.value))
      .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
    assert page.locator("#right").evaluate(smallest) >= (17 if width > 3000 else 12)


def test_slices_thicker_or_thinner_than_their_steps_are_told(page):
    told = state(page)["image"]
    for spacing, thick in (((1, 1, 3), True), ((0.7, 0.8, 1.004), False)):
        answer = {**told, "slice_thickness_mm": 1, "spacing_mm": spacing}
        page.route(f"**/api/images/{told['id']}", lambda route, *, json=answer: route.fulfill(json=json))
        page.reload()
        page.evaluate("window.scan2train.ready()")
        facts = page.locator("#facts").inner_text()
        assert " × ".join(map(str, spacing)) in facts
        assert ("slices 1 mm thick" in facts) == thick
