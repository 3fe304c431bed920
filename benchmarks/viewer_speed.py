"""A CT of 512×512×300 voxels in the browser: scan2train's viewer beside NiiVue, in one run.

scan2train starts from an index of a DICOM series, as ``scan2train view`` does on a command line: from the start of the
process to the first picture, and from the address to the first picture. NiiVue starts from the same scan as an
uncompressed ``.nii``, converted for free, from the address to the first picture. Then the next slice, twenty times,
from the key (or call) to pixels that can be read. Headless Chromium with software rendering; in turns, medians of
several.

    (cd benchmarks/viewer && npm install)
    python benchmarks/viewer_speed.py [--runs 3] [--size 512 512 300] [--only scan2train niivue]

Playwright and Debian's Chromium must be installed; NiiVue is left out where it is not.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent / "viewer"
CHROMIUM = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
SPACING, PATIENCE_MS, SLICES = (0.7, 0.75, 1.5), 600_000, 20


def make_scan(folder: Path, size: tuple[int, int, int]) -> None:
    """A noisy trunk, as a DICOM series with its index, and as NIfTI."""
    import scan2train as s2t

    noise = np.random.default_rng(0).normal(0, 25, size[::-1]).astype(np.int16).T
    axes = np.ogrid[tuple(slice(-1, 1, n * 1j) for n in size)]
    body = (axes[0] / 0.85) ** 2 + (axes[1] / 0.6) ** 2 < 1
    lungs = ((abs(axes[0]) - 0.4) / 0.25) ** 2 + (axes[1] / 0.4) ** 2 + (axes[2] / 0.8) ** 2 < 1
    values = np.where(body, np.where(lungs, -850, 40), -1000).astype(np.int16) + noise
    scan = s2t.Volume.from_array(values, SPACING, unit="HU")
    s2t.write(scan, folder / "series", format="dicom")
    s2t.write(scan, folder / "ct.nii")
    command = [sys.executable, "-m", "scan2train", "index", folder / "series", "-o", folder / "index"]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def viewer(folder: Path) -> Iterator[str]:
    """The address that ``scan2train view`` prints, while it serves."""
    command = [sys.executable, "-m", "scan2train", "view", folder / "index", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def niivue(folder: Path) -> Iterator[str]:
    """The address of a page with NiiVue and the scan."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def translate_path(self, path: str) -> str:
            return str(folder / "ct.nii") if path == "/ct.nii" else super().translate_path(path)

    handler = functools.partial(Quiet, directory=str(HERE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/niivue.html"
        server.shutdown()


def of_scan2train(page: Page, folder: Path) -> dict[str, float]:
    start = time.perf_counter()
    with viewer(folder) as address:
        printed = time.perf_counter()
        page.goto(address)
        page.wait_for_function(
            "window.scan2train && window.scan2train.ready().then(() => true)", timeout=PATIENCE_MS
        )
        shown = time.perf_counter()
        return {
            "from the command": shown - start,
            "first picture": shown - printed,
            "next slice": statistics.median(page.evaluate(_NEXT_SLICE) for _ in range(SLICES)) / 1000,
        }


_NEXT_SLICE = """async () => {
    const canvas = document.querySelector('#pane-axial canvas'), before = canvas.dataset.n, start = performance.now();
    document.querySelector('#pane-axial').focus();
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: true}));
    while (canvas.dataset.n === before) await new Promise(requestAnimationFrame);
    canvas.getContext('2d').getImageData(0, 0, 1, 1);
    return performance.now() - start;
}"""


def of_niivue(page: Page, folder: Path) -> dict[str, float]:
    with niivue(folder) as address:
        start = time.perf_counter()
        page.goto(address)
        page.wait_for_function("window.firstPicture", timeout=PATIENCE_MS)
        shown = time.perf_counter()
        return {
            "first picture": shown - start,
            "next slice": statistics.median(page.evaluate("nextSlice()") for _ in range(SLICES)) / 1000,
        }


TOOLS = {"scan2train": of_scan2train, "niivue": of_niivue}


def main() -> int:
    """Time them in turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--size", type=int, nargs=3, default=(512, 512, 300))
    parser.add_argument("--only", nargs="+", choices=TOOLS, default=list(TOOLS))
    options = parser.parse_args()
    tools = [name for name in options.only if name != "niivue" or (HERE / "node_modules").exists()]
    found: dict[str, list[dict[str, float]]] = {name: [] for name in tools}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        make_scan(Path(folder), tuple(options.size))
        for _ in range(options.runs):
            for name in tools:
                browser = player.chromium.launch(
                    executable_path=shutil.which("chromium"), args=list(CHROMIUM)
                )
                page = browser.new_page(viewport={"width": 1366, "height": 768})
                found[name].append(TOOLS[name](page, Path(folder)))
                browser.close()
    medians = {
        name: {what: statistics.median(one[what] for one in runs) for what in runs[0]}
        for name, runs in found.items()
    }
    for name, numbers in medians.items():
        print(f"{name:>10}: " + ", ".join(f"{what} {value:.3f} s" for what, value in numbers.items()))
    if len(medians) == len(TOOLS):
        for what in medians["niivue"]:
            print(f"{what}: {medians['niivue'][what] / medians['scan2train'][what]:.1f} times sooner")
    return 0


if __name__ == "__main__":
    sys.exit(main())
