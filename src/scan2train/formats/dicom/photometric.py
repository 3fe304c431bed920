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

_MONOCHROME = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
_RGB = ("RGB", "YBR_RCT", "YBR_ICT", "ARGB")


def require_known(photometric: str, samples: int, where: object) -> None:
    """Refuse a photometric interpretation that does not exist or does not fit the number of samples.

    Raises
    ------
    NonconformingHeader
    """
    known = (
        _MONOCHROME
        if samples == 1
        else (*_RGB, "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_PARTIAL_422")
    )
    if photometric not in known:
        raise NonconformingHeader(
            "Photometric Interpretation does not fit Samples per Pixel",
            where=where,
            expected=" or ".join(known),
            found=f"{photometric} with {samples} samples",
        )


def to_rgb(pixels: npt.NDArray[Any], photometric: str, bits: int, where: object) -> npt.NDArray[Any]:
    """``(rows, columns, 3)`` RGB of the same type.

    Parameters
    ----------
    pixels
        ``(rows, columns, 3)`` unsigned, all three at full resolution.
    photometric
        What they are in.
    bits
        Bits Stored.
    where
        The file, for messages.

    Raises
    ------
    NonconformingHeader
        If nothing is known to turn it into RGB.
    """
    if photometric in _RGB:
        return pixels
    if photometric not in ("YBR_FULL", "YBR_FULL_422"):
        raise NonconformingHeader(
            "this Photometric Interpretation cannot be turned into RGB", where=where, found=photometric
        )
    middle = 1 << (bits - 1)
    centred = pixels.astype(np.float64) - np.array([0, middle, middle])
    rgb = np.floor(centred @ _FULL.T + 0.5)
    limited: npt.NDArray[Any] = np.clip(rgb, 0, (1 << bits) - 1).astype(pixels.dtype)
    return limited
