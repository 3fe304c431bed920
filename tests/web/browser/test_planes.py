"""Three planes of an oblique scan: one point, whichever pane it is looked at in."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from panes_of_viewer import (
    PLANES,
    brightest,
    geometry,
    held_back,
    letters,
    pixels,
    place,
    set_window,
    settle,
    show,
    slice_of,
    state,
    wait_for,
    wait_until,
)
from scans_to_view import oblique_grid, planted


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("scan"))


@pytest.fixture(scope="module")
def viewer(view, scan):
    return view(scan.path)


@pytest.fixture
def page(viewer, look):
    page = look(viewer)
    set_window(page, 500, 1000)
    return page


def test_the_wheel_scrolls_a_slice_a_notch(page):
    count = state(page)["image"]["shape"][2]
    page.mouse.move(*place(page, "axial", state(page)["focus"]))
    show(page, "axial", 9)
    page.mouse.wheel(0, -100)
    wait_for(page, "axial", 10)
    page.mouse.wheel(0, 100)
    page.mouse.wheel(0, 100)
    wait_for(page, "axial", 8)
    for _ in range(4):  # a touch pad: many small turns
        page.mouse.wheel(0, -12)
    wait_for(page, "axial", 10)
    show(page, "axial", count - 2)
    page.mouse.wheel(0, -100)
    page.mouse.wheel(0, -100)
    wait_for(page, "axial", count - 1)
    assert page.locator("#pane-axial canvas.picture").get_attribute("data-count") == str(count)


@pytest.mark.parametrize("mode", ["voxel", "patient"])
def test_a_planted_voxel_is_at_one_place_in_every_pane(page, scan, mode):
    page.locator("#mode").select_option(mode)
    settle(page)
    apart = max(np.linalg.norm(geometry(page, plane)[:3, :2], axis=0).max() for plane in PLANES)
    for plane in PLANES:
        n = slice_of(page, plane, scan.mm)
        show(page, plane, n)
        page.mouse.click(*brightest(page, plane))
        settle(page)
        found = np.array(state(page)["focus"])
        across = np.linalg.inv(geometry(page, plane)) @ [*found, 1.0]
        true = np.linalg.inv(geometry(page, plane)) @ [*scan.mm, 1.0]
        # A click lands on a pixel of the screen: a fraction of a pixel of the plane.
        assert across[:2] == pytest.approx(true[:2], abs=0.5)
        assert abs(true[2] - across[2]) <= 0.5 + 1e-9
        assert np.linalg.norm(found - scan.mm) < (1e-6 if mode == "voxel" else 1.2 * apart)
        for other in PLANES:  # the others went there of themselves, and show it where the crosshair is
            wait_for(page, other, slice_of(page, other, found))
            assert np.hypot(*np.subtract(brightest(page, other), place(page, other, found))) < 12
    assert state(page)["focus"] == pytest.approx(scan.mm, abs=1e-6 if mode == "voxel" else apart)


def test_stored_slices_have_their_own_aspect(page, scan):
    for plane in PLANES:
        affine = geometry(page, plane)
        at = [
            np.array(place(page, plane, (affine @ [*index, 0, 1.0])[:3]))
            for index in ((0, 0), (10, 0), (0, 10))
        ]
        right, down = np.linalg.norm(affine[:3, :2], axis=0)
        across, below = (at[1] - at[0])[0], (at[2] - at[0])[1]
        assert below / across == pytest.approx(down / right, rel=1e-6)
    thick = scan.grid.spacing[2] / scan.grid.spacing[0]
    assert below / across == pytest.approx(scan.grid.spacing[2] / scan.grid.spacing[1], rel=1e-6)
    assert thick > 3  # and nothing here is square


def expected_letters(direction: np.ndarray) -> str:
    share = direction / np.linalg.norm(direction)
    order = sorted(range(3), key=lambda axis: -abs(share[axis]))
    return "".join(
        "RAS"[a] if share[a] > 0 else "LPI"[a] for a in order if abs(share[a]) >= np.sin(np.radians(10))
    )


def test_letters_say_where_oblique_sides_point(page):
    for plane in PLANES:
        affine = geometry(page, plane)
        right, down = affine[:3, 0], affine[:3, 1]
        assert letters(page, plane) == {
            "right": expected_letters(right),
            "left": expected_letters(-right),
            "bottom": expected_letters(down),
            "top": expected_letters(-down),
        }
    assert max(len(text) for plane in PLANES for text in letters(page, plane).values()) > 1
    page.locator("#mode").select_option("patient")
    settle(page)
    assert letters(page, "axial") == {"right": "L", "left": "R", "bottom": "P", "top": "A"}
    assert letters(page, "coronal") == {"right": "L", "left": "R", "bottom": "I", "top": "S"}
    assert letters(page, "sagittal") == {"right": "P", "left": "A", "bottom": "I", "top": "S"}


def test_neurological_is_a_mirror_with_its_letters(page, scan):
    for plane in PLANES:
        show(page, plane, slice_of(page, plane, scan.mm))
    before = {plane: (pixels(page, plane), letters(page, plane)) for plane in PLANES}
    page.keyboard.press("n")
    settle(page)
    for plane in ("axial", "coronal"):
        picture, sides = before[plane]
        assert letters(page, plane) == {**sides, "left": sides["right"], "right": sides["left"]}
        x, y = brightest(page, plane)
        assert np.hypot(*np.subtract((x, y), place(page, plane, scan.mm))) < 12
        bright = np.nonzero(picture.sum(axis=2) == picture.sum(axis=2).max())[1].mean()
        grey = pixels(page, plane).sum(axis=2)
        mirrored = np.nonzero(grey == grey.max())[1].mean()
        assert mirrored == pytest.approx(picture.shape[1] - 1 - bright, abs=1.5)
        assert abs(mirrored - bright) > 20
    assert letters(page, "sagittal") == before["sagittal"][1]
    assert (pixels(page, "sagittal") == before["sagittal"][0]).all()


def test_a_slab_of_the_maximum_finds_what_one_slice_misses(page, scan):
    n = slice_of(page, "axial", scan.mm) + 3
    show(page, "axial", n)
    assert pixels(page, "axial").max() < 40
    page.locator("#slab").select_option("9")
    settle(page)
    assert pixels(page, "axial").max() > 200
    assert "max of 9" in page.locator("#pane-axial .corner").inner_text()
    page.locator("#slab-how").select_option("min")
    settle(page)
    assert pixels(page, "axial").max() < 40


def test_the_value_under_the_pointer_has_its_places(page, scan):
    show(page, "axial", slice_of(page, "axial", scan.mm))
    page.mouse.move(*place(page, "axial", scan.mm))
    cursor = page.locator("#cursor")
    cursor.get_by_text("1000").wait_for()
    text = cursor.inner_text()
    x, y, z = scan.mm
    i, j, k = scan.index
    for expected in (f"{i}, {j}, {k}", f"{i + 1}, {j + 1}, {k + 1}"):
        assert expected in text
    told = [float(number) for number in page.locator("#cursor div:nth-child(5) dd").inner_text().split(", ")]
    assert told == pytest.approx((x, y, z), abs=0.6)
    told = [float(number) for number in page.locator("#cursor div:nth-child(6) dd").inner_text().split(", ")]
    assert told == pytest.approx((-x, -y, z), abs=0.6)


@pytest.mark.parametrize("mode", ["voxel", "patient"])
def test_a_ruler_is_as_long_as_what_it_spans(page, mode):
    page.locator("#mode").select_option(mode)
    settle(page)
    for number, plane in enumerate(PLANES):
        affine = geometry(page, plane)
        shape = state(page)["image"]["planes"][mode][plane]
        n = shape["count"] // 2
        ends = [
            (affine @ [share * shape["width"], share * shape["height"], n, 1.0])[:3] for share in (0.2, 0.7)
        ]
        show(page, plane, n)
        page.keyboard.press("d")
        page.mouse.move(*place(page, plane, ends[0]))
        page.mouse.down()
        page.mouse.move(*place(page, plane, ends[1]), steps=3)
        page.mouse.up()
        said = page.locator("#measures li output").nth(number).text_content()
        assert said.endswith(" mm")
        assert float(said.removesuffix(" mm")) == pytest.approx(np.linalg.norm(ends[1] - ends[0]), abs=0.3)


def test_an_angle_is_measured_in_the_patient(page):
    show(page, "coronal", 10)
    affine = geometry(page, "coronal")
    spacing = np.linalg.norm(affine[:3, :2], axis=0)
    # A right angle of unequal legs, drawn by three clicks: 12 mm along the rows, 25 mm down.
    corners = [(10 + 12 / spacing[0], 4), (10, 4), (10, 4 + 25 / spacing[1])]
    page.keyboard.press("g")
    for column, row in corners:
        page.mouse.click(*place(page, "coronal", (affine @ [column, row, 10, 1.0])[:3]))
    said = page.locator("#measures output").text_content()
    assert float(said.removesuffix("°")) == pytest.approx(90, abs=1.5)


def test_a_picture_without_geometry_claims_no_sides_and_no_mm(view, look, tmp_path):
    path = tmp_path / "film.png"
    Image.fromarray(np.linspace(0, 255, 40 * 60, dtype=np.uint8).reshape(40, 60)).save(path)
    page = look(view(path))
    settle(page)
    (flat,) = (plane for plane in PLANES if page.locator(f"#pane-{plane}").is_visible())
    assert set(letters(page, flat).values()) == {""}
    before = pixels(page, flat)
    page.keyboard.press("n")
    settle(page)
    assert (pixels(page, flat) == before).all()
    page.keyboard.press("d")
    affine = geometry(page, flat)
    for column, row in ((10, 10), (40, 30)):
        page.mouse.click(*place(page, flat, (affine @ [column, row, 0, 1.0])[:3]))
    said = page.locator("#measures output").text_content()
    assert said.endswith(" px")
    assert float(said.removesuffix(" px")) == pytest.approx(np.hypot(30, 20), abs=0.3)
    assert "no physical size" in page.locator("#facts").inner_text()


def test_a_slice_that_fails_holds_up_no_other(page, look):
    show(page, "axial", 10)
    page.locator("#pane-axial canvas.picture").focus()
    last = state(page)["image"]["shape"][2] - 1
    held = held_back(page, f"**/slices/voxel/axial/{last}?*")
    page.keyboard.press("End")
    wait_until(page, lambda: held)
    page.keyboard.press("Home")
    held.pop().fulfill(status=507, json={"error": "no memory"})
    wait_for(page, "axial", 0)
    assert page.locator("#pane-axial .said").inner_text() == ""
    page.keyboard.press("End")
    wait_until(page, lambda: held)
    held.pop().fulfill(status=507, json={"error": "no memory"})
    page.locator("#pane-axial .said", has_text="no memory").wait_for()
    page.keyboard.press("Home")  # is shown still
    page.keyboard.press("End")  # asked for again
    wait_until(page, lambda: held)
    held.pop().continue_()
    wait_for(page, "axial", last)
    look.wrong.clear()  # the browser notes the refusals


def test_values_are_read_to_the_last_digit_before_the_point(view, look, tmp_path):
    grid = oblique_grid((9, 7, 5))
    values = np.full(grid.shape, 0.123456, np.float32)
    values[1:4, 2, 2] = (12345.67, -65530.4, np.nan)
    nib.save(nib.Nifti1Image(values, grid.affine), tmp_path / "values.nii.gz")
    page = look(view(tmp_path / "values.nii.gz"))
    show(page, "axial", slice_of(page, "axial", grid.to_world((1, 2, 2))))
    value = page.locator("#cursor dd").first
    for i, said in ((0, "0.1235"), (1, "12346"), (2, "-65530"), (3, "NaN")):
        page.mouse.move(*place(page, "axial", grid.to_world((i, 2, 2))))
        value.get_by_text(said).wait_for()
        assert value.inner_text().split()[0] == said
    assert (
        page.evaluate("import('/js/panels/position.js').then(one => one.showValue([NaN], true))") == "outside"
    )
    label = {"voxels": 7, "ml": 1.5, "mean": 1234.5678, "min": -12345.5, "max": 65534}
    told = page.evaluate(
        "label => import('/js/labels/label_rows.js').then(one => one.numbersOf(label, 'HU'))", label
    )
    assert told == "1.5 ml · mean 1235 · -12345 to 65534 HU"
