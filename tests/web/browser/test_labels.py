"""Labels drawn in the viewer: seen at once, undone, saved, and read again by another reader."""

from __future__ import annotations

import csv
import json

import nibabel as nib
import numpy as np
import pytest

from panes_of_viewer import (
    click,
    geometry,
    held_back,
    pixels,
    place,
    settle,
    show,
    slice_of,
    state,
    wait_until,
)
from scans_to_view import oblique_grid

SHAPE = (41, 33, 22)
GRID = oblique_grid(SHAPE)
ORANGE, SKY = "#e69f00", "#56b4e9"


def values():
    """Rising along i: 20 a voxel."""
    return np.broadcast_to((20 * np.arange(SHAPE[0], dtype=np.int16))[:, None, None], SHAPE)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("saved")


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scan")
    nib.save(nib.Nifti1Image(values().copy(), GRID.affine), folder / "image.nii.gz")
    mask = np.zeros(SHAPE, np.uint8)
    mask[4:9, 20:28, 6:15] = 2
    nib.save(nib.Nifti1Image(mask, GRID.affine), folder / "mask.nii.gz")
    named = [{"value": 1, "name": "liver", "colour": ORANGE}, {"value": 2, "name": "<b>cyst", "colour": SKY}]
    (folder / "mask.labels.json").write_text(json.dumps({"labels": named}))
    return folder


@pytest.fixture(scope="module")
def viewer(view, scan, kept):
    return view(scan / "image.nii.gz", labels=scan / "mask.nii.gz", choices=kept / "choices.csv")


@pytest.fixture(scope="module")
def opened(viewer, chromium):
    """One page for all tests that draw: the labels are new ones."""
    wrong = []
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.goto(viewer.address)
    page.evaluate("window.scan2train.ready()")
    page.locator("#label-list li").nth(1).wait_for()
    page.locator("#labels-source").select_option("new")
    page.locator("#label-list li").nth(1).wait_for(state="detached")
    yield page
    page.close()
    assert wrong == []


@pytest.fixture
def page(opened):
    """With no voxel drawn, no box, and a tool that draws nothing."""
    yield opened
    opened.keyboard.press("Escape")
    opened.keyboard.press("x")
    while opened.locator("#undo").is_enabled():
        opened.locator("#undo").click()
        rest(opened)


def rest(page):
    """Until the server has done what it was asked for, and what is shown is what it has."""
    page.wait_for_timeout(30)
    for _ in range(2):
        page.locator("#labels-panel:not([aria-busy])").wait_for()
        settle(page)


def voxels(page, value=1):
    """What the panel says of a label."""
    title = page.locator(f"#label-list li[data-value='{value}'] .numbers").get_attribute("title")
    return int(title.split()[0])


def saved(page, kept, name, **more):
    """Save by the dialog, and read the file with nibabel."""
    page.keyboard.press("Control+s") if more.get("key") else page.locator("#labels-save").click()
    page.locator("#save-path").fill(name)
    page.locator("#save-dialog button[type=submit]").click()
    page.locator("#save-dialog").wait_for(state="hidden")
    image = nib.load(kept / name)
    return image, np.asarray(image.dataobj)


def brush(page, radius):
    page.keyboard.press("b")
    page.locator("#brush-radius").fill(str(radius))
    enter(page, "#brush-radius")


def enter(page, field):
    """End typing; keys are commands again after it."""
    page.locator(field).press("Enter")
    page.locator(f"{field}:not(:focus)").wait_for()


def drag(page, plane, *points):
    """Press at the first point of the patient, and move over the others."""
    page.mouse.move(*place(page, plane, points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*place(page, plane, point), steps=6)
    page.mouse.up()


def middle(*index):
    return GRID.to_world(index)


def far_from(a, b):
    """Least distance of every voxel to a straight line, mm."""
    centres = GRID.to_world(np.moveaxis(np.indices(SHAPE), 0, -1))
    along = np.linspace(0, 1, 60)[:, None] * (b - a) + a
    return np.min([np.linalg.norm(centres - point, axis=-1) for point in along], axis=0)


def has_colour(page, plane, mm, colour):
    """Whether what is drawn at a point leans towards a colour; grey does not."""
    x, y = place(page, plane, mm)
    box = page.locator(f"#pane-{plane} canvas.picture").bounding_box()
    pixel = pixels(page, plane)[round(y - box["y"]), round(x - box["x"])].astype(float)
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], float)
    return float((pixel - pixel.mean()) @ (wanted - wanted.mean())) > 200


def test_labels_named_on_the_command_line_are_seen_with_their_names(viewer, look):
    page = look(viewer)
    rows = page.locator("#label-list li")
    rows.nth(1).wait_for()
    names = [rows.nth(n).locator(".label-name").input_value() for n in (0, 1)]
    assert names == ["liver", "<b>cyst"]
    assert voxels(page, 2) == 5 * 8 * 9
    inside = middle(6, 24, 10)
    for plane in ("axial", "coronal", "sagittal"):
        show(page, plane, slice_of(page, plane, inside))
    rest(page)
    for plane in ("axial", "coronal", "sagittal"):
        assert has_colour(page, plane, inside, SKY)
    assert page.locator("#label-list li[data-value='1']").get_attribute("aria-current") == "true"
    told = page.locator("#cursor div", has_text="Label")
    assert told.locator("dd").inner_text() == "2 <b>cyst"
    page.mouse.move(*place(page, "axial", middle(20, 24, 10)))
    told.get_by_text("none").wait_for()
    page.keyboard.press("Shift+U")  # the label at the crosshair, which went there with the slices
    page.locator("#label-list li[data-value='2'][aria-current='true']").wait_for()
    page.locator("[aria-label='Show label 2']").click()
    settle(page)
    assert not has_colour(page, "axial", inside, SKY)


def test_a_stroke_is_seen_undone_done_again_and_saved_as_it_was_painted(page, kept, scan):
    n = slice_of(page, "axial", middle(20, 16, 11))
    show(page, "axial", n)
    brush(page, 3.4)
    a, b = middle(12, 10, 11), middle(27, 19, 11)
    page.mouse.move(*place(page, "axial", a))
    page.mouse.down()
    page.mouse.move(*place(page, "axial", b), steps=6)
    settle(page)
    assert has_colour(page, "axial", middle(20, 15, 11), ORANGE)  # at once, while the button is down
    page.mouse.up()
    rest(page)
    painted = voxels(page)
    assert painted > 50
    page.keyboard.press("Control+z")
    rest(page)
    assert voxels(page) == 0
    assert not has_colour(page, "axial", middle(20, 15, 11), ORANGE)
    page.keyboard.press("Control+Shift+z")
    rest(page)
    assert voxels(page) == painted
    image, array = saved(page, kept, "stroke.nii.gz", key=True)
    assert np.array_equal(image.affine, nib.load(scan / "image.nii.gz").affine)
    assert array.sum() == painted
    far, on_slice = far_from(a, b), np.zeros(SHAPE, bool)
    on_slice[:, :, 11] = True
    # A pointer lies on whole pixels of the screen: the rim may go either way.
    assert array[on_slice & (far < 2.9)].all()
    assert not array[~on_slice | (far > 3.9)].any()
    assert page.locator("#labels-panel").locator("xpath=..").locator("summary").inner_text() == "Labels"


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_a_fine_brush_paints_the_one_voxel_under_it(page, kept, plane):
    at = (22, 13, 9)
    show(page, plane, slice_of(page, plane, middle(*at)))
    brush(page, 0.1)
    click(page, plane, middle(*at))
    rest(page)
    _, array = saved(page, kept, f"{plane}.nii.gz")
    assert np.argwhere(array).tolist() == [list(at)]


def test_a_ball_and_an_eraser(page, kept):
    show(page, "coronal", slice_of(page, "coronal", middle(20, 16, 11)))
    brush(page, 6)
    page.keyboard.press("Shift+B")
    click(page, "coronal", middle(20, 16, 11))
    rest(page)
    page.keyboard.press("Shift+B")
    page.keyboard.press("e")
    page.keyboard.press("[")
    page.keyboard.press("[")  # 4 mm
    click(page, "coronal", middle(20, 16, 11))
    rest(page)
    _, array = saved(page, kept, "ball.nii.gz")
    page.wait_for_timeout(900)  # 3D follows when the hand rests
    shown = page.evaluate(
        "(({values, colours}) => [values.filter(one => one === 1).length, colours.size])(scan2train.state().solid)"
    )
    assert shown == [array.sum(), 1]
    far = far_from(middle(20, 16, 11), middle(20, 16, 11))
    erased = np.zeros(SHAPE, bool)
    erased[:, 16] = True
    assert array[(far < 5.6) & ~erased].all()
    assert not array[far > 6.4].any()
    assert not array[(far < 3.6) & erased].any()
    assert array[(far > 4.4) & (far < 5.6) & erased].all()


def test_an_outline_by_clicks_is_filled_when_it_is_closed(page, kept):
    show(page, "sagittal", slice_of(page, "sagittal", middle(18, 16, 11)))
    page.keyboard.press("l")
    expected = np.zeros(SHAPE, np.uint8)
    expected[18, 6:26, 5:18] = 1
    for end in (lambda: click(page, "sagittal", middle(18, 5.4, 4.4)), lambda: page.keyboard.press("Enter")):
        for j, k in ((5, 4), (25, 4), (25, 17), (5, 17)):
            click(page, "sagittal", middle(18, j + 0.4, k + 0.4))
        end()
        rest(page)
        _, array = saved(page, kept, "outline.nii.gz")
        assert np.array_equal(array, expected)
        page.keyboard.press("Control+z")
        rest(page)


def test_only_values_in_a_range_are_painted(page, kept):
    show(page, "axial", slice_of(page, "axial", middle(20, 16, 11)))
    page.locator("#within-low").fill("390")
    page.locator("#within-high").fill("450")
    enter(page, "#within-high")
    page.keyboard.press("Shift+T")
    brush(page, 8)
    click(page, "axial", middle(20, 16, 11))
    rest(page)
    page.keyboard.press("Shift+T")
    _, array = saved(page, kept, "range.nii.gz")
    assert set(values()[array == 1].tolist()) == {400, 420, 440}
    assert array[20:23, 16, 11].all()


def test_slices_are_copied_filled_in_between_and_cleared_by_keys(page, kept):
    show(page, "axial", slice_of(page, "axial", middle(20, 16, 5)))
    brush(page, 5)
    click(page, "axial", middle(20, 16, 5))
    rest(page)
    page.keyboard.press("Shift+N")
    rest(page)
    assert state(page)["focus"] != list(middle(20, 16, 5))
    far = slice_of(page, "axial", middle(20, 16, 12))
    show(page, "axial", far)
    click(page, "axial", middle(20, 16, 12))
    rest(page)
    show(page, "axial", slice_of(page, "axial", middle(20, 16, 9)))
    page.locator("#interpolate").click()
    rest(page)
    show(page, "axial", far)
    page.keyboard.press("Shift+Delete")
    rest(page)
    _, array = saved(page, kept, "between.nii.gz")
    there = np.flatnonzero(array.any(axis=(0, 1))).tolist()
    up = np.sign(geometry(page, "axial")[:3, 2] @ GRID.affine[:3, 2])
    copied = 6 if up > 0 else 4
    assert there == sorted({5, copied} | set(range(6, 12)))
    assert np.array_equal(array[:, :, 5], array[:, :, copied])


def test_a_box_is_drawn_grown_on_another_plane_and_exported_in_mm(page):
    show(page, "axial", slice_of(page, "axial", middle(20, 16, 11)))
    page.keyboard.press("u")
    drag(page, "axial", middle(10, 8, 11), middle(25, 20, 11))
    rest(page)
    assert "16 × 13 × 1" in page.locator("#box-list").inner_text()
    page.locator("#box-list .plain").click()  # chosen: the next one draws it anew
    rest(page)
    show(page, "coronal", slice_of(page, "coronal", middle(20, 14, 11)))
    drag(page, "coronal", middle(9, 14, 6), middle(26, 14, 15))
    rest(page)
    with page.expect_download() as download:
        page.locator("#boxes-export").click()
    told = json.loads(download.value.path().read_text())
    (box,) = told["boxes"]
    assert box["voxels"] == [[9, 8, 6], [26, 20, 15]]
    ends = [GRID.to_world([i, j, k]) for i in (8.5, 26.5) for j in (7.5, 20.5) for k in (5.5, 15.5)]
    assert np.allclose(box["corners_mm"], ends)
    assert np.allclose(box["mm"], [np.min(ends, axis=0), np.max(ends, axis=0)])


def test_patient_planes_of_an_oblique_image_are_painted_on(page, kept):
    page.locator("#mode").select_option("patient")
    settle(page)
    centre = middle(20, 16, 11)
    show(page, "coronal", slice_of(page, "coronal", centre))
    brush(page, 5)
    click(page, "coronal", centre)
    rest(page)
    assert has_colour(page, "coronal", centre, ORANGE)
    _, array = saved(page, kept, "patient.nii.gz")
    found = GRID.to_world(np.argwhere(array))
    assert len(found) > 30
    assert np.abs(found[:, 1] - centre[1]).max() < 2.6  # voxels that one plane passes through
    assert np.linalg.norm(found - centre, axis=1).max() < 6.5
    page.locator("#mode").select_option("voxel")


def test_nothing_is_saved_over_a_source_or_a_file_of_somebody(viewer, look, scan, kept):
    page = look(viewer)
    page.locator("#label-list li").nth(1).wait_for()
    before = {one.name: one.read_bytes() for one in scan.iterdir()}
    other = kept / "other.nii.gz"
    other.write_bytes(b"somebody's")
    page.locator("#labels-save").click()
    for name, says in (
        (str(scan / "image.nii.gz"), "one folder"),
        ("../up.nii.gz", "one folder"),
        ("other.nii.gz", "there already"),
    ):
        page.locator("#save-path").fill(name)
        page.locator("#save-dialog button[type=submit]").click()
        page.locator("#save-said", has_text=says).wait_for()
    look.wrong.clear()  # the browser notes each refusal
    page.keyboard.press("Escape")
    assert other.read_bytes() == b"somebody's"
    assert {one.name: one.read_bytes() for one in scan.iterdir()} == before


def test_names_and_colours_travel_as_label_descriptions_of_itk_snap(viewer, look, tmp_path):
    page = look(viewer)
    page.locator("#label-list li").nth(1).wait_for()
    file = tmp_path / "atlas.txt"
    file.write_bytes(
        b"\xef\xbb\xbf# ITK-SnAP Label Description File\r\n"
        b'    0     0    0    0        0  0  0    "Clear Label"\r\n'
        b'    2    18   52   86     0.25  1  1    "<i>portal vein"\r\n'
        b'  300   255    0   10        1  0  0    "L\xc3\xa4sion "A""\r\n'
    )
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Shift+G")
    chooser.value.set_files(file)
    page.locator("#label-list li[data-value='300']").wait_for()
    rest(page)
    labels = {row.get_attribute("data-value"): row for row in page.locator("#label-list li").all()}
    assert {at: row.locator(".label-name").input_value() for at, row in labels.items()} == {
        "1": "liver",
        "2": "<i>portal vein",
        "300": 'Läsion "A"',
    }
    assert labels["2"].locator(".swatch").input_value() == "#123456"
    assert [row.locator(".eye").get_attribute("aria-pressed") for row in labels.values()] == [
        "true",
        "true",
        "false",
    ]
    with page.expect_download() as download:
        page.keyboard.press("Shift+D")
    assert download.value.suggested_filename == "image_labels.txt"
    lines = [line for line in download.value.path().read_text().splitlines() if line[0] != "#"]
    assert [line.split(None, 7) for line in lines] == [
        ["0", "0", "0", "0", "0", "0", "0", '"Clear Label"'],
        ["1", "230", "159", "0", "1", "1", "1", '"liver"'],
        ["2", "18", "52", "86", "0.25", "1", "1", '"<i>portal vein"'],
        ["300", "255", "0", "10", "1", "0", "0", "\"Läsion 'A'\""],
    ]
    file.write_text('1 0 0 0 1 1 1 "a"\n2 0 0 256 1 1 1 "b"\n')
    page.locator("#descriptions-file").set_input_files(file)
    page.get_by_text("atlas.txt, line 2").wait_for()
    page.keyboard.press("Control+z")  # all of them at once
    labels["300"].wait_for(state="detached")
    assert page.locator("[aria-label='Name of label 2']").input_value() == "<b>cyst"


def test_volumes_and_statistics_are_saved_as_a_table(viewer, look):
    page = look(viewer)
    page.locator("#label-list li").nth(1).wait_for()
    page.locator("[aria-label='Name of label 2']").fill('=1+"cyst"')
    page.locator("[aria-label='Name of label 2']").press("Enter")
    rest(page)
    with page.expect_download() as download:
        page.keyboard.press("Shift+M")
    with download.value.path().open(newline="") as file:
        empty, cyst = csv.DictReader(file)
    assert (empty["name"], empty["voxels"], empty["mean"]) == ("liver", "0", "")
    assert (cyst["value"], cyst["name"], cyst["voxels"]) == ("2", '\'=1+"cyst"', str(5 * 8 * 9))
    assert float(cyst["ml"]) == pytest.approx(5 * 8 * 9 * 0.9 * 1.2 * 3.1 / 1000)
    assert [float(cyst[one]) for one in ("mean", "min", "max")] == [120, 80, 160]
    page.keyboard.press("Control+z")
    rest(page)


def test_a_label_has_an_opacity_and_an_eye_of_its_own(viewer, look):
    page = look(viewer)
    rows = page.locator("#label-list li")
    rows.nth(1).wait_for()
    inside = middle(6, 24, 10)
    show(page, "axial", slice_of(page, "axial", inside))
    rest(page)
    assert has_colour(page, "axial", inside, SKY)
    page.keyboard.press("Shift+L")
    page.locator("[aria-label='Opacity of label 2']").fill("0")
    settle(page)
    assert not has_colour(page, "axial", inside, SKY)
    assert page.locator(
        "[aria-label='Opacity of label 1']"
    ).is_hidden()  # of the label that is drawn with alone
    page.locator("[aria-label='Opacity of label 2']").fill("1")
    settle(page)
    assert has_colour(page, "axial", inside, SKY)
    page.keyboard.press("Shift+E")
    settle(page)
    assert not has_colour(page, "axial", inside, SKY)
    pressed = "els => els.map(one => one.getAttribute('aria-pressed'))"
    page.locator("[aria-label='Show label 2']").click(modifiers=["Alt"])
    assert page.locator("#label-list .eye").evaluate_all(pressed) == ["false", "true"]
    page.locator("[aria-label='Show label 2']").click(modifiers=["Alt"])
    assert page.locator("#label-list .eye").evaluate_all(pressed) == ["true", "true"]


def test_the_label_that_is_drawn_with_is_in_sight_in_a_long_list(page, tmp_path):
    file = tmp_path / "many.label"
    file.write_text("".join(f'{n} 0 0 {n} 1 1 1 "label {n}"\n' for n in range(1, 41)))
    page.locator("#descriptions-file").set_input_files(file)
    page.locator("#label-list li[data-value='40']").wait_for()
    rest(page)
    for key, chosen in (("Shift+K", "40"), ("Shift+L", "1"), ("Shift+L", "2")):
        page.keyboard.press(key)
        row = page.locator(f"#label-list li[data-value='{chosen}'][aria-current='true']")
        assert row.evaluate(
            """row => {
              const [a, b] = [row, row.parentElement].map((one) => one.getBoundingClientRect());
              return a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
            }"""
        )


def test_what_is_not_saved_is_told_on_leaving_and_is_there_again(viewer, look):
    page = look(viewer)
    page.locator("#label-list li").nth(1).wait_for()
    page.locator("[aria-label='Name of label 2']").fill("spleen")
    page.locator("[aria-label='Name of label 2']").press("Enter")
    page.get_by_text("Labels · not saved").wait_for()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    page.evaluate("window.scan2train.ready()")
    assert asked == ["beforeunload"]
    page.get_by_text("Labels · not saved").wait_for()
    assert page.locator("[aria-label='Name of label 2']").input_value() == "spleen"
    page.keyboard.press("Control+z")
    page.get_by_text("Labels · not saved").wait_for(state="detached")


def test_a_mask_on_another_grid_is_brought_over_by_a_button(view, look, scan, tmp_path):
    affine = np.array(GRID.affine)
    affine[:3, 3] += (3.0, -2.0, 4.0)
    nib.save(
        nib.Nifti1Image(np.asarray(nib.load(scan / "mask.nii.gz").dataobj), affine),
        tmp_path / "beside.nii.gz",
    )
    page = look(view(scan / "image.nii.gz", labels=tmp_path / "beside.nii.gz"))
    page.get_by_text("the labels lie on another grid").wait_for()
    look.wrong.clear()  # the browser notes the refusal
    page.locator("#labels-onto").click()
    page.locator("#label-list li[data-value='2']").wait_for()
    page.get_by_text("was sampled onto the image's").wait_for()
    assert page.locator("#labels-onto").is_hidden()
    assert voxels(page, 2) == pytest.approx(5 * 8 * 9, rel=0.2)


def test_every_key_of_labels_is_in_the_help(page):
    page.keyboard.press("?")
    told = page.locator("#help").inner_text()
    for words in (
        "Brush",
        "Eraser",
        "Outline, filled",
        "Undo",
        "Interpolate the gap",
        "Copy the label to the next",
    ):
        assert words in told
    page.keyboard.press("Escape")


def test_labels_that_were_taken_back_while_they_were_read_are_not_opened(viewer, look):
    page = look(viewer)
    page.locator("#label-list li").nth(1).wait_for()
    held = held_back(page, "**/api/labels")
    page.locator("#labels-source").select_option("new")
    wait_until(page, lambda: held)
    page.locator("#labels-source").select_option("")
    held.pop().continue_()
    page.locator("#labels-panel:not([aria-busy])").wait_for()
    assert page.locator("#labels-source").input_value() == ""
    assert not page.locator("#labels-save").is_visible()


def test_a_new_label_is_the_one_that_is_named_though_it_is_still_on_its_way(page):
    held = held_back(page, "**/edits")
    page.keyboard.press("Shift+A")
    wait_until(page, lambda: held)
    page.keyboard.press("Shift+R")
    page.wait_for_timeout(100)
    held.pop().continue_()
    page.locator("[aria-label='Name of label 2']:focus").wait_for()
    page.unroute_all(behavior="wait")


def test_labels_are_saved_though_others_are_chosen_meanwhile(viewer, look, kept):
    page = look(viewer)
    page.locator("#label-list li").nth(1).wait_for()
    page.locator("[aria-label='Name of label 2']").wait_for()
    held = held_back(page, "**/edits")
    page.keyboard.press("Shift+A")  # a third label, which is on its way
    wait_until(page, lambda: held)
    page.locator("#labels-save").click()
    page.locator("#save-path").fill("meanwhile.nii.gz")
    page.locator("#save-dialog button[type=submit]").click()
    page.evaluate(
        """() => {
          const source = document.getElementById("labels-source");
          source.value = "";
          source.dispatchEvent(new Event("change"));
        }"""
    )
    held.pop().continue_()
    page.get_by_text("Saved: ").wait_for()
    assert page.locator("#labels-source").input_value() == ""
    assert np.asarray(nib.load(kept / "meanwhile.nii.gz").dataobj).sum() == 2 * 5 * 8 * 9
    names = json.loads((kept / "meanwhile.labels.json").read_text())["labels"]
    assert [label["value"] for label in names] == [1, 2, 3]
    page.locator("#labels-source").select_option(index=1)
    page.locator("#label-list li").nth(2).wait_for()
    page.keyboard.press("Control+z")
    page.locator("#label-list li").nth(2).wait_for(state="detached")
