"""How large a picture may be: what a decoder is allowed to make of a few bytes."""

from __future__ import annotations

from pathlib import Path

from scan2train.errors import HostileFile

#: Most pixels of a picture, all its pages together: four times the largest mammogram or film there is.
MOST_PIXELS = 1 << 28


def check_pixels(path: Path, width: int, height: int, pages: int = 1) -> None:
    """Refuse a picture that is larger than pictures are.

    Raises
    ------
    HostileFile
        If it has more than :data:`MOST_PIXELS` pixels.
    """
    if width * height * pages > MOST_PIXELS:
        raise HostileFile(
            "the picture is larger than a picture may be",
            where=path,
            expected=f"at most {MOST_PIXELS} pixels",
            found=f"{width}×{height}" + (f", {pages} pages" if pages > 1 else ""),
        )
