"""Colour as RGB, whatever the file keeps it in (PS3.3 C.7.6.3.1.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import NonconformingHeader

#: Rows: R, G, B from Y and the two chroma, these counted from their middle. CCIR 601-2, full range.
_FULL = np.array(
    [[1.0, 0.0, 1.402], [1.0, -0.114 * 1.772 / 0.587, -0.299 * 1.402 / 0.587], [1.0, 1.772, 0.0]]
)

#: As above, of luma that takes 219 of 255 steps and chroma that takes 224 of them (CCIR 601-2).
_LESS = _FULL * np.array([255 / 219, 255 / 224, 255 / 224])
_BLACK = 16

#: Luma and chroma that leave out both ends of their range, as video does; retired.
PARTIAL = ("YBR_PARTIAL_422", "YBR_PARTIAL_420")
_MONOCHROME = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
#: What only a codestream of JPEG 2000 or JPEG XL can be in; its decoder gives RGB.
_TRANSFORMED = ("YBR_RCT", "YBR_ICT", "XYB")
_COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", *PARTIAL, *_TRANSFORMED)


def require_known(photometric: str, samples: int, where: object, *, bare: bool = False) -> None:
    """Refuse a photometric interpretation that does not exist or does not fit the number of samples.

    Also one that ``bare`` pixels, of which no decoder undoes a colour transform, cannot be in.

    Raises
    ------
    NonconformingHeader
    """
    known = _MONOCHROME if samples == 1 else _COLOURS
    if photometric not in known:
        raise NonconformingHeader(
            "Photometric Interpretation does not fit Samples per Pixel",
            where=where,
            expected=" or ".join(known),
            found=f"{photometric} with {samples} samples",
        )
    if bare and photometric in (*_TRANSFORMED, "YBR_PARTIAL_420"):
        raise NonconformingHeader(
            "this Photometric Interpretation belongs to a compression that these pixels are not in",
            where=where,
            expected="RGB, YBR_FULL, YBR_FULL_422 or YBR_PARTIAL_422",
            found=photometric,
            advice="Whatever decompressed the file has left the word as it was. Fetch the original file.",
        )


def to_rgb(pixels: npt.NDArray[Any], photometric: str, bits: int) -> npt.NDArray[Any]:
    """``(rows, columns, 3)`` RGB of the same type.

    Parameters
    ----------
    pixels
        ``(rows, columns, 3)`` unsigned, all three at full resolution.
    photometric
        What they are in.
    bits
        Bits Stored.
    """
    if photometric in ("RGB", *_TRANSFORMED):
        return pixels
    partial = photometric in PARTIAL
    middle, black = 1 << (bits - 1), (_BLACK << (bits - 8) if partial and bits >= 8 else 0)
    centred = pixels.astype(np.float64) - np.array([black, middle, middle])
    rgb = np.floor(centred @ (_LESS if partial else _FULL).T + 0.5)
    limited: npt.NDArray[Any] = np.clip(rgb, 0, (1 << bits) - 1).astype(pixels.dtype)
    return limited
