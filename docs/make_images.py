"""Makes the pictures of the documentation: ``python docs/make_images.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from scan2train.demo import run_demo

IMAGES = Path(__file__).parent / "images"


def main() -> None:
    """Run the demo and keep its picture, in few colours, so that it stays small."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        picture = run_demo(Path(folder) / "demo").picture
        with Image.open(picture) as image:
            small = image.convert("RGB").quantize(
                64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
            )
    small.save(IMAGES / "demo.png", optimize=True)


if __name__ == "__main__":
    main()
