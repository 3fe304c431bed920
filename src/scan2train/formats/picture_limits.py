"""How large a picture may be: what a decoder is allowed to make of a few bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scan2train.errors import HostileFile

#: Most pixels of a picture, all its pages together: four times the largest mammogram or film there is.
MOST_PIXELS = 1 << 28
#: Largest ratio of decoded to stored bytes once a picture is not small any more; blank pages come near it.
_MOST_RATIO, _SMALL = 2000, 64 << 20


class Pages(NamedTuple):
    """Size, number of pages, channels and type of a picture, and the mode that Pillow gives it, if it reads it.

    ``turned`` is how the picture asks to be turned when it is shown, in the numbers of EXIF: 1 for not at all.
    ``inverted`` is whether 0 is white.
    """

    width: int
    height: int
    pages: int
    channels: int
    dtype: np.dtype[Any]
    mode: str
    turned: int = 1
    inverted: bool = False


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


def check_ratio(path: Path, decoded: int, stored: int) -> None:
    """Refuse a picture that would swell far beyond its file.

    Raises
    ------
    HostileFile
        If its decoded bytes are far more than a decoder can honestly make of the stored ones.
    """
    if decoded > max(_SMALL, _MOST_RATIO * stored):
        raise HostileFile(
            "the picture would swell far beyond its file",
            where=path,
            expected=f"at most {_MOST_RATIO} times {stored} bytes",
            found=f"{decoded} bytes",
        )
