"""Windows, presets and histogram of a CT; a second image over it; a series in time."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from panes_of_viewer import PLANES, held_back, pixels, place, settle, show, slice_of, state, wait_until
from scans_to_view import in_time, palette, pet_and_ct


@pytest.fixture(scope="module")
def chest(tmp_path_factory):
    return pet_and_ct(tmp_path_factory.mktemp("chest"))


@pytest.fixture(scope="module")
def viewer(view, chest):
    return view(chest / "ct.nii.gz", second=chest / "pet.nii.gz")


@pytest.fixture
def page(viewer, look):
    page = look(viewer)
    settle(page)
    return page


def hottest(chest):
    pet = nib.load(chest / "pet.nii.gz")
    values = np.asarray(pet.dataobj)
    return (pet.affine @ [*np.unravel_index(values.argmax(), values.shape), 1.0])[:3]


def coloured(page, plane):
    """How far from grey a pane's pixels are."""
    rgb = pixels(page, plane).astype(int)
    return rgb.max(axis=2) - rgb.min(axis=2)


def at(page, plane, mm):
    """The colour under a point of the patient."""
    x, y = place(page, plane, mm)
    box = page.locator(f"#pane-{plane} canvas.picture").bounding_box()
    return pixels(page, plane)[int(y - box["y"]), int(x - box["x"])].astype(int)


def test_dragging_sets_the_window(page):
    page.locator("#compare").select_option("off")
    settle(page)
    before, dark = state(page)["window"], pixels(page, "axial").mean()
    x, y = place(page, "axial", state(page)["focus"])
    page.mouse.move(x, y)
    page.mouse.down(button="right")
    page.mouse.move(x + 125, y, steps=4)
    page.mouse.up(button="right")
    settle(page)
    wider = state(page)["window"]
    assert wider["width"] == pytest.approx(before["width"] * 2**0.5, rel=1e-6)
    assert wider["centre"] == pytest.approx(before["centre"])
    page.mouse.move(x, y)
    page.mouse.down(button="right")
    page.mouse.move(x, y - 100, steps=4)
    page.mouse.up(button="right")
    settle(page)
    moved = state(page)["window"]
    assert moved["centre"] == pytest.approx(wider["centre"] - 0.4 * wider["width"])
    assert pixels(page, "axial").mean() > dark
    assert page.locator("#window-preset").input_value() == "custom"


def test_presets_are_the_images_windows(page):
    windows = state(page)["image"]["windows"]
    assert "automatic" in {window["id"] for window in windows}
    pictures = []
    # Chromium draws by software, and interpolates otherwise, once pixels were read some times: the first do not count.
    for window in (*windows, *windows):
        page.locator("#window-preset").select_option(window["id"])
        settle(page)
        shown = state(page)["window"]
        assert (shown["centre"], shown["width"]) == (window["centre"], window["width"])
        pictures.append(pixels(page, "axial"))
    page.keyboard.press("v")  # from the last to the first
    settle(page)
    assert state(page)["window"]["id"] == windows[0]["id"]
    assert (pixels(page, "axial") == pictures[len(windows)]).all()
    assert (pictures[len(windows)] != pictures[len(windows) + 1]).any()


def test_the_window_is_fitted_to_what_a_pane_shows(page, chest):
    page.locator("#compare").select_option("off")
    image = nib.load(chest / "ct.nii.gz")
    values, back = np.asarray(image.dataobj), np.linalg.inv(image.affine)
    show(page, "axial", 12)
    k = round(float((back @ [*state(page)["focus"], 1.0])[2]))
    page.keyboard.press("Shift+W")

    def ends():
        now = state(page)["window"]
        assert now["function"] == "LINEAR_EXACT"
        return now["centre"] - now["width"] / 2, now["centre"] + now["width"] / 2

    assert ends() == pytest.approx(np.percentile(values[:, :, k], (0.5, 99.5)))
    for _ in range(6):
        page.keyboard.press("+")
    settle(page)
    box = page.locator("#pane-axial .stage").bounding_box()
    corners = [image.affine[:3] @ [*index, k, 1.0] for index in ((0, 0), (1, 0), (0, 1))]
    origin, *steps = (np.array(place(page, "axial", corner.tolist())) for corner in corners)
    i, j = np.indices(values.shape[:2])
    x, y = (origin[axis] + i * (steps[0] - origin)[axis] + j * (steps[1] - origin)[axis] for axis in (0, 1))
    seen = (
        (x >= box["x"]) & (x <= box["x"] + box["width"]) & (y >= box["y"]) & (y <= box["y"] + box["height"])
    )
    assert 20 < seen.sum() < 0.2 * seen.size
    page.locator("#window-of-slice").click()
    assert ends() == pytest.approx(np.percentile(values[:, :, k][seen], (0.5, 99.5)))
    begun = state(page)["window"]
    for key, centre, width in (("5", 0, 2**-0.25), ("6", 0, 1), ("7", 0.1, 1), ("8", 0, 1)):
        page.keyboard.press(key)
        now = state(page)["window"]
        assert now["width"] == pytest.approx(begun["width"] * width)
        assert now["centre"] == pytest.approx(begun["centre"] + centre * begun["width"])


def test_the_window_is_dragged_in_the_histogram(page):
    page.locator("#histogram[width]").wait_for()
    page.wait_for_timeout(500)
    box = page.locator("#histogram").bounding_box()
    begun = state(page)["window"]
    low, high = (begun["centre"] + sign * begun["width"] / 2 for sign in (-1, 1))
    told = page.evaluate(
        "async () => (await fetch(`api/images/${scan2train.state().image.id}/histogram?t=0`)).json()"
    )
    per_value = box["width"] / (told["high"] - told["low"])
    x = box["x"] + (high - told["low"]) * per_value
    middle = box["y"] + box["height"] / 2
    page.mouse.move(x - 1, middle)
    page.mouse.down()
    page.mouse.move(x - 41, middle, steps=3)
    page.mouse.up()
    now = state(page)["window"]
    assert now["centre"] + now["width"] / 2 == pytest.approx(high - 40 / per_value, abs=3 / per_value)
    assert now["centre"] - now["width"] / 2 == pytest.approx(low, abs=3 / per_value)


def test_a_second_image_lies_over_the_first(page, chest):
    mm = hottest(chest)
    for plane in PLANES:
        show(page, plane, slice_of(page, plane, mm))
    assert state(page)["second"]["name"] == "pet.nii.gz"
    for plane in PLANES:
        red, green, blue = at(page, plane, mm)
        assert coloured(page, plane).max() > 60
        assert red >= green >= blue
    page.locator("#opacity").fill("0")
    settle(page)
    assert coloured(page, "axial").max() == 0
    page.locator("#opacity").fill("1")
    page.locator("#second-map").select_option("viridis")
    settle(page)
    red, green, blue = at(page, "axial", mm)
    assert green > 180
    assert blue < 120
    page.locator("#compare").select_option("off")
    settle(page)
    assert coloured(page, "axial").max() == 0


def test_a_checkerboard_shows_each_in_its_fields(page):
    page.locator("#compare").select_option("checker")
    settle(page)
    grey = coloured(page, "axial") < 8
    assert grey[:48, :48].all()
    assert grey[100:140, 100:140].all()  # the third field down and across
    assert not grey.all()


def test_two_scans_side_by_side_move_together(page, chest):
    page.locator("#compare").select_option("side")
    settle(page)
    mm = hottest(chest)
    n = slice_of(page, "axial", mm)
    show(page, "axial", n)
    assert page.locator("#pane-axial-second canvas.picture").get_attribute("data-n") == str(n)
    assert not page.locator("#pane-3d").is_visible()
    page.mouse.move(*place(page, "axial-second", mm))
    page.mouse.wheel(0, -100)
    both = page.locator("#cursor dd")
    both.nth(0).get_by_text("HU").or_(both.nth(0).get_by_text("a.u.")).wait_for()
    assert float(both.nth(1).inner_text().split()[0]) > 0  # read off the other pane
    page.locator(f"#pane-axial canvas.picture[data-n='{n + 1}']").wait_for()
    first, other = (place(page, pane, mm) for pane in ("axial", "axial-second"))
    assert first[0] == pytest.approx(other[0], abs=1)  # one below the other, at one scale
    assert coloured(page, "axial").max() == 0
    assert coloured(page, "axial-second").max() > 60
    for pane in ("axial-second", "axial"):  # both values, over whichever of the two
        page.mouse.move(*place(page, pane, mm))
        page.wait_for_function(
            "() => { const said = [...document.querySelectorAll('#cursor dd')].slice(0, 2); "
            "return said.every(one => /^-?[0-9]/.test(one.textContent)); }"
        )


HISTOGRAM_DRAWN = """() => {
  const canvas = document.getElementById("histogram");
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(one => one > 0);
}"""


def test_time_is_a_slider(view, look, tmp_path):
    page = look(view(in_time(tmp_path)))
    x, y = place(page, "axial", state(page)["focus"])
    page.mouse.move(x, y)
    value = page.locator("#cursor dd").first
    first = int(value.inner_text().split()[0])
    wait_until(page, lambda: page.evaluate(HISTOGRAM_DRAWN))
    held = held_back(page, "**/histogram?t=3")
    page.locator("#time").fill("3")
    assert not page.evaluate(HISTOGRAM_DRAWN)  # that of another time is taken away at once
    value.get_by_text(str(first + 300)).wait_for()
    wait_until(page, lambda: held)
    held.pop().continue_()
    wait_until(page, lambda: page.evaluate(HISTOGRAM_DRAWN))
    page.locator("#pane-axial canvas.picture").focus()
    page.keyboard.press("ArrowRight")  # round to the first
    value.get_by_text(str(first), exact=False).wait_for()
    assert state(page)["time"] == 0
    assert page.locator("#time-bar span").inner_text() == "time 0 · 1 / 4"
    page.locator("#rate").select_option("1")
    page.locator("#play").click()
    page.wait_for_timeout(600)
    assert state(page)["time"] == 0  # a second is not over
    page.locator("#rate").select_option("24")  # while it plays
    page.wait_for_timeout(600)
    page.locator("#play").click()
    settle(page)
    assert page.locator("#play").get_attribute("aria-label") == "Play"


def test_colours_of_a_palette_are_shown_whatever_the_window(view, look, tmp_path):
    page = look(view(palette(tmp_path)))
    settle(page)
    affine = np.array(state(page)["image"]["affine"])
    left, right = ((affine @ [i, 4, 0, 1])[:3].tolist() for i in (2, 11))
    assert at(page, "axial", left).tolist() == [200, 40, 0]
    assert at(page, "axial", right).tolist() == [0, 90, 255]
    assert page.locator("#colours-as-stored").is_visible()
    page.keyboard.press("5")
    settle(page)
    assert at(page, "axial", right).tolist() == [0, 90, 255]
    assert page.locator("#cursor dd").first.inner_text().count(",") == 2
