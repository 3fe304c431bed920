"""How pixels lie in Pixel Data: the Image Pixel module's numbers, checked once (PS3.3 C.7.6.3, PS3.5 8.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from scan2train.errors import NonconformingHeader

#: Two pixels side by side share their chroma where these are not compressed (PS3.3 C.7.6.3.1.2).
HALVED = ("YBR_FULL_422", "YBR_PARTIAL_422")
#: Bits Allocated that Pixel Data may have, by kind.
_ALLOCATED = {"native": (1, 8, 16, 32), "encapsulated": (1, 8, 16, 32), "float": (32,), "double": (64,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The layout of a frame.

    ``kind`` is ``"native"``, ``"encapsulated"``, ``"float"`` or ``"double"``; ``planar`` says that native colour
    comes plane by plane.
    """

    rows: int
    columns: int
    samples: int = 1
    planar: bool = False
    allocated: int = 16
    stored: int = 16
    high: int = 15
    signed: bool = False
    kind: str = "native"
    photometric: str = "MONOCHROME2"

    @property
    def shift(self) -> int:
        """The lowest bit of the stored value."""
        return self.high + 1 - self.stored

    @property
    def mask(self) -> int:
        """The bits of a stored value, shifted down."""
        return (1 << self.stored) - 1

    @property
    def sign(self) -> int:
        """The sign bit of a stored value, shifted down; 0 for unsigned ones."""
        return 1 << (self.stored - 1) if self.signed else 0

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and the largest stored value that there can be."""
        return (-self.sign, self.sign - 1) if self.signed else (0, self.mask)

    @property
    def word(self) -> np.dtype[Any]:
        """Little-endian type of a cell: unsigned, or floating point."""
        return _word(self.kind, self.allocated)

    @property
    def values(self) -> int:
        """Samples of a frame."""
        return self.rows * self.columns * self.samples

    @property
    def native_bits(self) -> int:
        """Size of an uncompressed frame in bits; horizontally halved chroma takes two thirds."""
        bits = self.values * self.allocated
        return bits * 2 // 3 if self.photometric in HALVED else bits

    @property
    def frame_bits(self) -> int:
        """Size of a frame in bits, as far as it is native."""
        return self.native_bits if self.kind == "native" else self.values * self.allocated


@cache
def _word(kind: str, allocated: int) -> np.dtype[Any]:
    if kind in ("float", "double"):
        return np.dtype("<f4" if kind == "float" else "<f8")
    return np.dtype(f"<u{max(1, allocated // 8)}")


def cell_of(row: Mapping[str, Any], kind: str, where: object) -> Cell:
    """The layout that a row of the volumes table describes.

    Raises
    ------
    NonconformingHeader
        If the numbers contradict one another, so that no value could be trusted.
    """
    allocated = row["bits_allocated"]
    if kind in ("float", "double"):
        allocated = 32 if kind == "float" else 64
    if allocated not in _ALLOCATED[kind]:
        raise NonconformingHeader(
            "Bits Allocated is not one that pixels can have",
            where=where,
            expected=" or ".join(str(bits) for bits in _ALLOCATED[kind]),
            found=row["bits_allocated"],
            code="PIX004",
        )
    stored = allocated if row["bits_stored"] is None else int(row["bits_stored"])
    high = stored - 1 if row["high_bit"] is None else int(row["high_bit"])
    if kind in ("float", "double"):
        stored, high = allocated, allocated - 1
    if not 1 <= stored <= allocated or not stored - 1 <= high < allocated:
        raise NonconformingHeader(
            "Bits Stored and High Bit do not fit into Bits Allocated",
            where=where,
            expected=f"at most {allocated} bits stored, the highest of them below bit {allocated}",
            found=f"{stored} bits stored, high bit {high}",
            code="PIX004",
        )
    samples = row["samples"] or 1
    if samples not in (1, 3):
        raise NonconformingHeader(
            "Samples per Pixel is not one that pixels can have",
            where=where,
            expected="1 or 3",
            found=samples,
        )
    return Cell(
        rows=int(row["size_j"]),
        columns=int(row["size_i"]),
        samples=int(samples),
        planar=row["planar"] == 1 and samples > 1,
        allocated=int(allocated),
        stored=stored,
        high=high,
        signed=row["pixel_representation"] == 1,
        kind=kind,
        photometric=row["photometric"] or "MONOCHROME2",
    )
