"""A thousand cases on one page: small enough to be sent, and quick enough to be looked through."""

from __future__ import annotations

import time

import nibabel
import numpy as np
import pytest

from scan2train.index import index
from scan2train.reports.html.of_source import report_of_source
from scan2train.reports.html.write import write_report
from scan2train.testing.phantoms import chest_ct

pytestmark = pytest.mark.slow

CASES = 1000
#: What a page may weigh, and how long a reader may be kept waiting on a machine that does other things besides.
MOST_BYTES, OPEN_S, SCROLL_S = 30_000_000, 15.0, 2.0


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Chests of one patient with noise, brightness and place of their own."""
    folder = tmp_path_factory.mktemp("thousand")
    volume, _ = chest_ct((72, 64, 40), (4.9, 5.4, 7.5))
    rng = np.random.default_rng(8)
    for n in range(CASES):
        values = np.roll(volume.array, int(rng.integers(-4, 5)), axis=0) + rng.normal(
            rng.normal(0, 20), 25, volume.grid.shape
        )
        image = nibabel.Nifti1Image(values.clip(-1024, 3000).astype(np.int16), volume.grid.affine)
        nibabel.save(image, folder / f"case-{n:04d}.nii")
    report = report_of_source(index(folder, cache=False), [folder], jobs=2)
    path = tmp_path_factory.mktemp("page") / "report.html"
    began = time.perf_counter()
    write_report(report, path)
    told = {"bytes": path.stat().st_size, "write_s": time.perf_counter() - began, "copies": report.copies}
    return path, told


def test_a_thousand_cases_stay_under_thirty_megabytes(page, record_property):
    path, told = page
    for name, value in told.items():
        record_property(name, value)
    assert path.stat().st_size < MOST_BYTES
    text = path.read_text(encoding="utf-8")
    assert text.count("<article") == CASES
    assert text.count("data-scan=") > CASES // 4


def test_a_thousand_cases_open_and_scroll(page, chromium, record_property):
    path, _ = page
    tab = chromium.new_page(viewport={"width": 1366, "height": 900})
    began = time.perf_counter()
    tab.goto(path.as_uri())
    tab.wait_for_function("document.querySelectorAll('.case:not([hidden])').length === 60")
    opened = time.perf_counter() - began
    tab.evaluate("document.getElementById('cases').scrollIntoView({behavior: 'instant'})")
    scrolled = tab.evaluate(
        """async () => {
          for (let n = 0; n < 4; n += 1) document.getElementById('morecases').click();
          const began = performance.now();
          let longest = 0;
          for (let n = 0; n < 40; n += 1) {
            const from = performance.now();
            scrollBy({ top: 800, behavior: 'instant' });
            await new Promise(requestAnimationFrame);
            longest = Math.max(longest, performance.now() - from);
          }
          return [performance.now() - began, longest];
        }"""
    )
    began = time.perf_counter()
    tab.locator(".open").first.click()
    tab.wait_for_selector(".scan[data-ready]")
    viewed = time.perf_counter() - began
    record_property("opened_s", opened)
    record_property("forty_screens_ms", scrolled[0])
    record_property("slowest_screen_ms", scrolled[1])
    record_property("viewer_s", viewed)
    assert opened < OPEN_S
    assert scrolled[1] < 1000 * SCROLL_S
    tab.close()
