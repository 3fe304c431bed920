"""Makes the pictures of the documentation: ``python docs/make_images.py``, with Playwright and a Chromium."""

from __future__ import annotations

import shutil
import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from scan2train.demo import run_demo

IMAGES = Path(__file__).parent / "images"
#: Ground, letters, outlines: the colours of a figure, each blended with greys at the edges of its lines.
COLOURS = ((13, 17, 23), (242, 204, 96), (255, 93, 93), (139, 148, 158))


#: Width of the report's picture, and how much of its beginning and of its cards is in it, in pixels.
WIDTH, BEGINNING, CARDS = 1180, 268, 760


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
