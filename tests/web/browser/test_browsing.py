"""A folder as a list: thumbnails as they are seen, findings that are gone to, decisions that are kept."""

from __future__ import annotations

from threading import Event

import polars as pl
import pytest

from panes_of_viewer import held_back, pixels, place, settle, state, wait_until
from scans_to_view import HOSTILE, browsed, planted


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "choices.csv"


@pytest.fixture(scope="module")
def viewer(view, tmp_path_factory, kept):
    return view(browsed(tmp_path_factory.mktemp("set")), choices=kept)


@pytest.fixture
def undecided(kept):
    """No decision is left from another test; asked for before the page."""
    kept.unlink(missing_ok=True)


@pytest.fixture
def page(viewer, look):
    page = look(viewer)
    settle(page)
    return page


def test_every_image_has_a_row_and_a_thumbnail(page):
    images = state(page)["set"]["images"]
    rows = page.locator("#set-list .row")
    assert rows.count() == len(images) >= 5
    assert [row.get_attribute("data-id") for row in rows.all()] == [image["id"] for image in images]
    assert page.locator("#set-list .study").count() >= 2  # two patients
    loaded = "images => images.every(image => image.complete && image.naturalWidth > 0)"
    for _ in range(100):
        if page.locator("#set-list .thumbnail").evaluate_all(loaded):
            break
        page.wait_for_timeout(100)
    assert page.locator("#set-list .thumbnail").evaluate_all(loaded)


def test_thumbnails_out_of_sight_are_not_asked_for(viewer, look):
    page = look(viewer, height=420)
    page.evaluate("document.getElementById('set-list').style.flex = '0 0 60px'")
    page.reload()
    page.evaluate("window.scan2train.ready()")
    page.locator("#set-list .thumbnail[src]").first.wait_for()
    page.wait_for_timeout(800)  # time enough for all to be asked for
    seen = page.locator("#set-list .thumbnail[src]").count()
    assert 0 < seen < page.locator("#set-list .thumbnail").count()


def test_names_that_are_markup_are_text(page):
    assert HOSTILE in page.locator("#set-list").inner_text()
    row = page.locator("#set-list .row", has_text="onerror").first
    row.click()
    settle(page)
    page.wait_for_timeout(300)
    assert page.evaluate("window.broken") is None
    assert page.locator("#set-list img:not(.thumbnail), h1 img").count() == 0


def test_files_that_cannot_be_shown_are_named_with_the_reason(page):
    refused = page.locator("#refused")
    assert refused.locator("summary").inner_text() == "1 file cannot be shown"
    refused.locator("summary").click()
    assert refused.locator("li .name").all_inner_texts() == ["<b>cut.nii"]
    assert refused.locator("li .quiet").inner_text().startswith("FIL00")


def test_keys_go_through_the_list_and_decisions_are_kept(page, kept):
    images = state(page)["set"]["images"]
    page.keyboard.press(".")
    wait_open(page, images[1]["id"])
    page.keyboard.press(",")
    wait_open(page, images[0]["id"])
    page.keyboard.press("m")
    page.keyboard.type("cut off, at the top")
    page.keyboard.press("Enter")
    page.keyboard.press("r")
    page.locator("#set-list .row", has=page.locator(".decided.reject")).wait_for()
    assert page.locator("#reject").get_attribute("aria-pressed") == "true"
    text = kept.read_text()
    assert "cut off, at the top" in text
    assert len(pl.read_csv(kept)) == 1
    page.keyboard.press("r")  # taken back
    page.locator("#reject[aria-pressed='false']").wait_for()
    page.keyboard.press("a")
    page.locator("#accept[aria-pressed='true']").wait_for()
    page.reload()
    page.evaluate("window.scan2train.ready()")
    assert state(page)["set"]["images"][0]["decision"] == "accept"
    assert state(page)["set"]["images"][0]["remark"] == "cut off, at the top"


def wait_open(page, id_):
    page.locator(f"#set-list .row[data-id='{id_}'][aria-selected='true']").wait_for()
    # A row is chosen as soon as it is asked for; where no image was shown before, no pane waits for one yet.
    wait_until(page, lambda: (state(page)["image"] or {}).get("id") == id_)
    settle(page)


def test_a_finding_says_what_to_do_and_goes_to_its_slice(page):
    page.locator("#set-list .row .sign").first.wait_for()
    page.keyboard.press("Shift+F")
    dialog = page.locator("#all-findings")
    dialog.wait_for()
    page.keyboard.type("GEO004")
    item = dialog.locator("li[data-code='GEO004']:visible").first
    item.locator("summary").click()
    assert "What to do:" in item.inner_text()
    assert "series3" in item.locator(".whose").inner_text()  # several series have one description
    item.locator("button").click()
    page.locator("#findings li[data-code='GEO004']").wait_for()
    assert not dialog.is_visible()
    finding = next(one for one in state(page)["image"]["findings"] if one["code"] == "GEO004")
    assert finding["index"] is not None
    before = state(page)["focus"]
    page.keyboard.press("Home")
    settle(page)
    assert state(page)["focus"] != before
    page.locator("#findings li[data-code='GEO004'] summary").click()
    settle(page)
    mark = state(page)["mark"]
    assert "GEO004" in mark["name"]
    assert state(page)["focus"] == pytest.approx(mark["mm"])
    affine = state(page)["image"]["affine"]
    found = [sum(row[a] * finding["index"][a] for a in range(3)) + row[3] for row in affine[:3]]
    assert mark["mm"] == pytest.approx(found)
    x, y = place(page, "axial", mark["mm"])
    ring = page.evaluate(
        """([x, y]) => {
          const canvas = document.querySelector("#pane-axial canvas.drawing");
          const box = canvas.getBoundingClientRect(), ratio = devicePixelRatio;
          const [column, row] = [x - box.left - 18, y - box.top].map(one => Math.round(one * ratio));
          return Array.from(canvas.getContext("2d").getImageData(column, row, 1, 1).data);
        }""",
        [x, y],
    )
    assert ring[3] > 0
    assert ring[0] > 150 > ring[2]  # vermilion


def test_the_filter_leaves_what_matches(page):
    rows = page.locator("#set-list .row:visible")
    total = rows.count()
    page.keyboard.press("/")
    page.keyboard.type("MR")
    assert 0 < rows.count() < total
    headings = page.locator("#set-list .study")
    assert 0 < page.locator("#set-list .study:visible").count() < headings.count()


def test_of_a_picture_there_is_one_pane_with_the_letters_it_tells(page):
    page.locator("#set-list .row[title^='woman']").click()
    page.locator("#pane-axial h2", has_text="Picture").wait_for()
    assert [page.locator(f"#pane-{other}").is_visible() for other in ("axial", "coronal", "3d")] == [
        True,
        False,
        False,
    ]
    letter = {
        side: page.locator(f"#pane-axial .letter.{side}").inner_text() for side in ("left", "right", "top")
    }
    assert letter == {"left": "P", "right": "A", "top": "SL"}
    assert "none in the patient" in page.locator("#cursor").inner_text()
    page.locator("#set-list .row[title^='series1']").click()
    page.locator("#pane-coronal").wait_for()


def test_a_brush_taken_up_begins_labels(page):
    page.keyboard.press("b")
    page.locator("#labels-panel #label-add").wait_for()
    page.keyboard.press("x")


def decided(page):
    return {one["id"]: one["decision"] for one in state(page)["set"]["images"] if one["decision"]}


@pytest.mark.usefixtures("undecided")
def test_an_image_that_cannot_be_read_is_rejected_and_passed(page, look, kept):
    first, broken, third = (image["id"] for image in state(page)["set"]["images"][:3])
    page.route(f"**/api/images/{broken}", lambda route: route.fulfill(status=422, json={"error": "cut off"}))
    page.keyboard.press(".")
    page.locator("#pane-axial .said", has_text="cut off").wait_for()
    settle(page)
    assert pixels(page, "axial").max() == 0  # nothing of the image before
    assert page.locator("#pane-axial .corner").inner_text() == ""
    assert page.locator(f"#set-list .row[data-id='{broken}']").get_attribute("aria-selected") == "true"
    page.keyboard.press("r")
    page.locator("#reject[aria-pressed='true']").wait_for()
    assert decided(page) == {broken: "reject"}
    assert pl.read_csv(kept)["volume"].to_list() == [broken]
    page.keyboard.press(".")
    wait_open(page, third)
    assert state(page)["image"]["id"] == third
    assert page.locator("#pane-axial .said").inner_text() == ""
    page.keyboard.press(",")
    page.locator("#pane-axial .said", has_text="cut off").wait_for()
    page.keyboard.press(",")
    wait_open(page, first)
    look.wrong.clear()  # the browser notes the refusals


@pytest.mark.usefixtures("undecided")
def test_keys_pressed_while_an_image_is_read_are_about_it(page):
    first, second, third = (image["id"] for image in state(page)["set"]["images"][:3])
    held = held_back(page, f"**/api/images/{second}")
    for key in ("a", ".", "a", "."):
        page.keyboard.press(key)
    page.locator("#set-list .decided.accept").nth(1).wait_for()
    assert decided(page) == {first: "accept", second: "accept"}
    wait_open(page, third)
    wait_until(page, lambda: held)
    held.pop().continue_()
    page.wait_for_timeout(200)
    assert state(page)["image"]["id"] == third


def test_the_second_image_is_the_one_chosen_last(page, look):
    slow, quick, broken = (image["id"] for image in state(page)["set"]["images"][1:4])
    page.locator("#second-panel").locator("xpath=..").locator("summary").click()
    second = page.locator("#second")
    held = held_back(page, f"**/api/images/{slow}")
    page.route(f"**/api/images/{broken}", lambda route: route.fulfill(status=422, json={"error": "cut off"}))
    second.select_option(slow)
    wait_until(page, lambda: held)
    second.select_option(quick)
    wait_until(page, lambda: (state(page)["second"] or {}).get("id") == quick)
    held.pop().continue_()
    page.wait_for_timeout(150)
    assert (state(page)["second"]["id"], second.input_value()) == (quick, quick)
    second.select_option(broken)
    page.get_by_role("alert").wait_for()
    wait_until(page, lambda: second.input_value() == quick)
    second.select_option(slow)
    wait_until(page, lambda: held)
    second.select_option("")
    held.pop().continue_()
    page.wait_for_timeout(150)
    assert state(page)["second"] is None
    second.select_option(slow)
    wait_until(page, lambda: held)
    page.unroute(f"**/api/images/{slow}")
    page.locator(f"#set-list .row[data-id='{slow}']").click()
    wait_until(page, lambda: state(page)["image"]["id"] == slow)
    held.pop().continue_()
    page.wait_for_timeout(150)
    assert state(page)["second"] is None  # never over itself
    look.wrong.clear()  # the browser notes the refusal


YELLOW = """() => {
  const canvas = document.querySelector("#pane-3d canvas.drawing");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) count += data[at] > 200 && data[at + 1] > 180 && data[at + 2] < 110;
  return count;
}"""


def test_three_dimensions_come_back_after_a_picture_and_have_letters_in_the_patient_alone(page):
    volume, picture = (page.locator(f"#set-list .row[title^='{name}']") for name in ("series1", "woman"))
    drawn = "#pane-3d canvas.picture[data-drawn='{}']"
    for _ in range(2):
        volume.click()
        page.locator(drawn.format(volume.get_attribute("data-id"))).wait_for()
        assert page.evaluate(YELLOW) > 10
        picture.click()
        page.locator("#pane-3d").wait_for(state="hidden")
        wait_open(page, picture.get_attribute("data-id"))
    page.keyboard.press("4")
    page.locator(drawn.format(picture.get_attribute("data-id"))).wait_for()
    assert page.evaluate(YELLOW) == 0


def test_a_finding_is_not_marked_on_an_image_that_came_in_between(page):
    second, third = (image["id"] for image in state(page)["set"]["images"][1:3])
    finding = {
        "code": "GEO004",
        "name": "missing-slice",
        "severity": "error",
        "message": "A slice is missing.",
        "image": second,
        "index": [1, 2, 3],
    }
    page.route("**/api/findings", lambda route: route.fulfill(json={"findings": [finding]}))
    held = held_back(page, f"**/api/images/{second}")
    page.keyboard.press("Shift+F")
    page.locator("#set-findings li summary").click()
    page.locator("#set-findings li button").click()
    wait_until(page, lambda: held)
    page.locator(f"#set-list .row[data-id='{third}']").click()
    wait_until(page, lambda: state(page)["image"]["id"] == third)
    held.pop().continue_()
    page.wait_for_timeout(300)
    assert (state(page)["image"]["id"], state(page)["mark"]) == (third, None)


def test_thumbnails_come_a_few_at_a_time(viewer, look):
    page = look(viewer, ready=False)
    page.goto("about:blank")
    held = held_back(page, "**/thumbnail.png")
    page.goto(viewer.origin)
    page.evaluate("window.scan2train.ready()")
    total = len(state(page)["set"]["images"])
    wait_until(page, lambda: held)
    page.wait_for_timeout(300)
    assert 0 < len(held) <= 2 < total
    slices = held_back(page, "**/slices/voxel/axial/0?*")
    page.locator("#pane-axial canvas.picture").focus()
    page.keyboard.press("Home")
    wait_until(page, lambda: slices)
    asked = len(held)
    while held:
        held.pop().continue_()
    page.wait_for_timeout(300)
    assert held == []  # slices come first
    slices.pop().continue_()
    while asked < total:
        wait_until(page, lambda: held)
        held.pop().continue_()
        asked += 1


def test_slow_thumbnails_hold_up_nothing_else(viewer, page, monkeypatch):
    gate = Event()
    monkeypatch.setattr(viewer.session.thumbnails, "of", lambda *_: gate.wait(20) and b"")
    try:
        quick = page.evaluate(
            """async () => {
              const { id } = scan2train.state().image;
              // The list asks for two more at most: of a browser's six connections to a server one is left.
              for (let at = 0; at < 3; at += 1) fetch(`api/images/${id}/thumbnail.png?at=${at}`);
              await new Promise(done => setTimeout(done, 200));
              const late = new Promise(done => setTimeout(() => done(false), 5000));
              return Promise.race([fetch(`api/images/${id}/histogram`).then(answer => answer.ok), late]);
            }"""
        )
    finally:
        gate.set()
    assert quick


def test_a_table_of_decisions_that_prepare_would_refuse_is_told(view, look, tmp_path):
    shown = planted(tmp_path)
    choices = tmp_path / "kept" / "choices.csv"
    choices.parent.mkdir()
    choices.write_text("volume,choice\nabc,perhaps\n")
    page = look(view(shown.path, choices=choices))
    assert "perhaps" in page.locator("#messages .note").inner_text()
