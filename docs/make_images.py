"""Makes the pictures of the documentation: ``python docs/make_images.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from scan2train.demo import run_demo

IMAGES = Path(__file__).parent / "images"
#: Ground, letters, outlines: the colours of a figure, each blended with greys at the edges of its lines.
COLOURS = ((13, 17, 23), (242, 204, 96), (255, 93, 93), (139, 148, 158))


def main() -> None:
    """Run the demo and keep its picture in few colours, so that it stays small."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Image.open(run_demo(Path(folder) / "demo").picture) as image,
    ):
        small = image.convert("RGB").quantize(palette=_palette(), dither=Image.Dither.NONE)
    small.save(IMAGES / "demo.png", optimize=True)


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
