"""The report in a browser: nothing is asked of anybody, nothing foreign runs, and volumes are scrolled through."""

from __future__ import annotations

import re

import nibabel
import numpy as np
import pytest

from scan2train.index import index
from scan2train.prepare import prepare
from scan2train.recipe import Recipe
from scan2train.reports.html.of_prepared import report_of_prepared
from scan2train.reports.html.of_source import report_of_source
from scan2train.reports.html.write import write_report
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.testing.small import small_series, together

EVIL = "</h3><script>window.hurt=1</script><img src=x onerror=window.hurt=2>"
#: To the patient's right, in front of and above the middle.
MARK_MM = np.array((31.0, 19.0, 11.0))
SIZES_MM = np.array((96.0, 90.0, 110.0))
#: Where it is, as shares from the right, the front and the head.
SHARES = 0.5 - MARK_MM / SIZES_MM
PLANES = {"axial": (0, 1), "coronal": (0, 2), "sagittal": (1, 2)}


def _marked(folder):
    grid = centred_grid((30, 22, 48), (3.0, 5.0, 2.0), "PIR")
    centres = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
    inside = (np.abs(centres - MARK_MM) < 9).all(axis=-1)
    rng = np.random.default_rng(3)
    values = np.where(inside, 1000, 100) + rng.integers(0, 40, grid.shape)
    for name, array in (("mark.nii", values.astype(np.int16)), ("mark_seg.nii", inside.astype(np.uint8))):
        nibabel.save(nibabel.Nifti1Image(array, grid.affine), folder / name)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scans")
    together(
        small_series(tags={"SeriesDescription": EVIL, "StationName": EVIL[:16]}),
        small_series("PIR", below="gap", patient="B", drop=(3,)),
    )(folder)
    (folder / "<img src=x onerror=window.hurt=3>.txt").write_text("no image")
    _marked(folder)
    out = tmp_path_factory.mktemp("pages")
    write_report(report_of_source(index(folder, cache=False), [folder], jobs=1), out / "source.html")
    only = tmp_path_factory.mktemp("marked")
    _marked(only)
    recipe = Recipe.from_toml('[[step]]\ndo = "resample"\nspacing_mm = [2.5, 2.6, 4.0]\n')
    prepare(only, recipe, out / "ready", jobs=1)
    write_report(report_of_prepared(out / "ready", jobs=1), out / "ready.html")
    return out


def _brightest(page, plane):
    """Centre of the brightest pixels of a pane, as shares from its upper left corner, and how much of it is bright."""
    return page.evaluate(
        """(plane) => {
          const canvas = document.querySelector(`.scan canvas[data-plane=${plane}]`);
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let [n, x, y] = [0, 0, 0];
          for (let p = 0; p < data.length; p += 4) {
            if (Math.min(data[p], data[p + 1], data[p + 2]) < 200) continue;
            n += 1;
            x += (p / 4) % canvas.width;
            y += Math.floor(p / 4 / canvas.width);
          }
          return [x / n / canvas.width, y / n / canvas.height, n / (canvas.width * canvas.height)];
        }""",
        plane,
    )


def _view(page, path, words):
    page.goto(path.as_uri())
    page.locator(".case[data-scan]").filter(has_text=words).first.locator(".open").click()
    page.wait_for_selector(".scan[data-ready]")


def _click(page, plane, x, y):
    canvas = page.locator(f".scan canvas[data-plane={plane}]")
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_names_and_headers_run_nothing(tab, pages):
    tab.goto((pages / "source.html").as_uri())
    assert tab.evaluate("window.hurt") is None
    assert tab.locator("script").count() == 1
    assert "onerror=window.hurt=3" in tab.locator("#skipped").inner_text()


def test_a_planted_mark_is_found_in_all_three_planes(tab, pages):
    _view(tab, pages / "source.html", "mark.nii")
    tab.locator(".scan select").select_option(index=0)
    _click(tab, "axial", SHARES[0], 0.5)
    _click(tab, "sagittal", SHARES[1], SHARES[2])
    for plane, axes in PLANES.items():
        x, y, share = _brightest(tab, plane)
        assert x == pytest.approx(SHARES[axes[0]], abs=0.03), plane
        assert y == pytest.approx(SHARES[axes[1]], abs=0.03), plane
        assert share > 0.01


def test_wheel_keys_and_sliders_go_from_slice_to_slice(tab, pages):
    _view(tab, pages / "source.html", "mark.nii")
    canvas = tab.locator(".scan canvas[data-plane=axial]")
    first = int(canvas.get_attribute("data-n"))
    canvas.hover()
    tab.mouse.wheel(0, 100)
    tab.wait_for_function(
        f"document.querySelector('.scan canvas[data-plane=axial]').dataset.n === '{first + 1}'"
    )
    canvas.focus()
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowUp")
    assert int(canvas.get_attribute("data-n")) == first - 1
    tab.keyboard.press("End")
    assert int(canvas.get_attribute("data-n")) == 21
    tab.locator(".scan input[type=range]").first.fill("4")
    assert int(canvas.get_attribute("data-n")) == 4
    tab.keyboard.press("Escape")
    assert not tab.locator("#viewer").is_visible()


def test_another_window_is_another_picture(tab, pages):
    _view(tab, pages / "source.html", "CT ·")
    shown = tab.evaluate("document.querySelector('.scan canvas').toDataURL()")
    assert tab.locator(".scan select option").count() > 1
    tab.locator(".scan select").select_option(index=1)
    assert tab.evaluate("document.querySelector('.scan canvas').toDataURL()") != shown


def test_labels_of_a_prepared_case_are_named_coloured_and_hidden(tab, pages):
    _view(tab, pages / "ready.html", "mark")
    assert "label 1" in tab.locator(".case .labels").first.inner_text()
    coloured = """() => {
      const canvas = document.querySelector('.scan canvas[data-plane=axial]');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let n = 0;
      for (let p = 0; p < data.length; p += 4) if (data[p] > 40 + data[p + 2] && data[p] > 40 + data[p + 1]) n += 1;
      return n;
    }"""
    _click(tab, "sagittal", 0.5, SHARES[2])
    assert tab.evaluate(coloured) > 100
    tab.locator(".scan .tools input").uncheck()
    assert tab.evaluate(coloured) == 0


def test_the_next_case_is_the_next_card(tab, pages):
    tab.goto((pages / "source.html").as_uri())
    titles = tab.locator(".case[data-scan] h3").all_inner_texts()
    tab.locator(".open").first.click()
    for title in titles:
        assert tab.locator("#viewed").inner_text() == title
        if title != titles[-1]:
            tab.locator("#after").click()
    assert tab.locator("#after").is_disabled()
    tab.locator("#before").click()
    assert tab.locator("#viewed").inner_text() == titles[-2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paper_is_white_and_holds_what_is_closed_on_screen(tab, pages, theme):
    tab.emulate_media(color_scheme=theme)
    tab.goto((pages / "source.html").as_uri())
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(one) for one in ground[4:-1].split(",")) > 600) == (theme == "light")
    tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    style = "getComputedStyle(document.querySelector('.finding .words p'))"
    assert sum(int(one) for one in tab.evaluate(f"{style}.color")[4:-1].split(",")) < 200
    assert tab.evaluate("[...document.querySelectorAll('details.finding')].every((one) => one.open)")
    assert tab.evaluate("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
    assert len(tab.pdf()) > 30_000
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate("[...document.querySelectorAll('details.finding')].some((one) => !one.open)")


def test_paper_has_every_card_and_the_screen_what_it_had(tab, pages):
    # Many cards, as on a page of a large set.
    text = (pages / "source.html").read_text()
    article = re.search(r"<article.*?</article>", text, re.DOTALL)[0]
    many = "".join(article.replace('id="', f'id="n{n}-', 1) for n in range(70))
    (pages / "many.html").write_text(text.replace(article, article + many, 1))
    tab.goto((pages / "many.html").as_uri())
    shown = "document.querySelectorAll('.case:not([hidden])').length"
    every = tab.evaluate("document.querySelectorAll('.case').length")
    assert (tab.evaluate(shown), every > 70) == (60, True)
    tab.locator("#filter").fill("mark")
    filtered = tab.evaluate(shown)
    assert 0 < filtered < 10
    for words, before in (("mark", filtered), ("", 60)):
        tab.locator("#filter").fill(words)
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert tab.evaluate(shown) == every
        assert tab.locator("#count").inner_text() == ""
        tab.evaluate("dispatchEvent(new Event('afterprint'))")
        assert tab.evaluate(shown) == before
