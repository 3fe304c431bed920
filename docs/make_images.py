"""Makes the pictures of the documentation: ``python docs/make_images.py``, with Playwright and a Chromium."""

from __future__ import annotations

import shutil
import tempfile
import threading
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from scan2train.demo import run_demo
from scan2train.labelling.legend import Label
from scan2train.labelling.sidecar import write_sidecar
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.phantoms.chest import chest_ct
from scan2train.tools.lungs import segment_lungs
from scan2train.viewing.start import start
from scan2train.web.serve import Server
from scan2train.write import write

IMAGES = Path(__file__).parent / "images"
#: Ground, letters, outlines: the colours of a figure, each blended with greys at the edges of its lines.
COLOURS = ((13, 17, 23), (242, 204, 96), (255, 93, 93), (139, 148, 158))


#: Width of the report's picture, and how much of its beginning and of its cards is in it, in pixels.
WIDTH, BEGINNING, CARDS = 1180, 268, 760
#: Width and height of the viewer's picture, in pixels.
VIEWER = (1280, 760)
#: What a browser without a graphics card needs for the pane in three dimensions.
SOFTWARE = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


def main() -> None:
    """Run the demo and keep its pictures in few colours, so that they stay small."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = run_demo(Path(folder) / "demo")
        with Image.open(made.picture) as image:
            small = image.convert("RGB").quantize(palette=_palette(), dither=Image.Dither.NONE)
        small.save(IMAGES / "demo.png", optimize=True)
        report = _report(made.page)
        report.quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            IMAGES / "report.png", optimize=True
        )
    with tempfile.TemporaryDirectory() as folder:
        _viewer(Path(folder)).quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            IMAGES / "viewer.png", optimize=True
        )


def _viewer(folder: Path) -> Image.Image:
    """The viewer on the demo's phantom of a chest, finer than the demo's, with the lungs found in it."""
    from playwright.sync_api import sync_playwright

    scan, _ = chest_ct((256, 212, 120), (1.5, 1.6, 2.4), noise_hu=8.0)
    write_dicom_series(scan, folder / "chest", series_description="Chest")
    lungs, mask = segment_lungs(scan).labels, folder / "lungs.nii.gz"
    write(lungs, mask)
    write_sidecar(mask, [Label(1, "right lung", "#e69f00"), Label(2, "left lung", "#56b4e9")])
    server = Server(start(folder / "chest", labels=mask, choices=folder / "choices.csv", cache=False))
    threading.Thread(target=server.run, daemon=True).start()
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", *SOFTWARE]
        )
        tab = browser.new_page(viewport=dict(zip(("width", "height"), VIEWER, strict=True)))
        tab.goto(server.address)
        tab.evaluate("window.scan2train.ready()")
        tab.locator("#labels-panel #label-add").wait_for()
        tab.locator("#three-d-way").select_option("labels")
        # The pane in three dimensions has every pixel when it is drawn to its full size.
        tab.wait_for_function(
            "() => { const c = document.querySelector('#pane-3d canvas.picture'); "
            "return c.dataset.drawn && c.width === c.clientWidth && c.height === c.clientHeight; }",
            timeout=120_000,
        )
        tab.wait_for_timeout(1000)
        shown = Image.open(BytesIO(tab.screenshot())).convert("RGB")
        browser.close()
    server.stop()
    return shown


def _report(page: Path) -> Image.Image:
    """The report's beginning, and its cards below."""
    from playwright.sync_api import sync_playwright

    whole = Image.new("RGB", (WIDTH, BEGINNING + CARDS))
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": WIDTH, "height": BEGINNING}, color_scheme="dark")
        tab.goto(page.as_uri())
        whole.paste(Image.open(BytesIO(tab.screenshot())), (0, 0))
        tab.set_viewport_size({"width": WIDTH, "height": CARDS + 60})
        # The bar at the top stays where it is, over what is scrolled.
        tab.evaluate("document.getElementById('cases').scrollIntoView({behavior: 'instant'})")
        tab.wait_for_timeout(500)
        cards = tab.screenshot(clip={"x": 0, "y": 60, "width": WIDTH, "height": CARDS})
        whole.paste(Image.open(BytesIO(cards)), (0, BEGINNING))
        browser.close()
    return whole


def _palette() -> Image.Image:
    greys = [(grey, grey, grey) for grey in np.linspace(0, 255, 80).round().astype(int).tolist()]
    blends = [
        tuple(round(share * part + (1 - share) * grey) for part in colour)
        for colour in COLOURS
        for share in (1.0, 0.75, 0.5, 0.25)
        for grey in (0, 17, 100, 190)
    ]
    made = Image.new("P", (1, 1))
    made.putpalette([part for colour in greys + blends for part in colour])
    return made


if __name__ == "__main__":
    main()
