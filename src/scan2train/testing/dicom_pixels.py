"""From measured values to the bits of a pixel cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse

if TYPE_CHECKING:
    from scan2train.volume import Array, Mask

Stored = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelCell:
    """Layout of one stored value (PS3.5 section 8.1.1, PS3.3 C.7.6.3.1).

    Parameters
    ----------
    allocated
        Bits Allocated: 1, 8, 16 or 32. Single bits are packed, eight to a byte, frame after frame.
    stored
        Bits Stored, at most ``allocated``.
    high
        High Bit; ``None`` for ``stored - 1``, where every modern writer puts it.
    signed
        Pixel Representation: two's complement within the stored bits.
    junk
        Fill the bits beside the stored ones with noise (old files keep overlays there), not with the sign.
    """

    allocated: int = 16
    stored: int = 12
    high: int | None = None
    signed: bool = False
    junk: bool = False

    def __post_init__(self) -> None:
        if self.allocated not in (1, 8, 16, 32) or not 1 <= self.stored <= self.allocated:
            raise WrongUse(
                "no such pixel cell",
                expected="1, 8, 16 or 32 bits allocated, and no more than that stored",
                found=f"{self.stored} bits in {self.allocated}",
            )
        if not self.stored - 1 <= self.high_bit < self.allocated:
            raise WrongUse(
                "the stored bits do not fit below the high bit",
                expected=f"a high bit from {self.stored - 1} to {self.allocated - 1}",
                found=self.high_bit,
            )

    @property
    def high_bit(self) -> int:
        """High Bit, as written to the file."""
        return self.stored - 1 if self.high is None else self.high

    @property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest stored value that the cell can hold."""
        if self.signed:
            return -(1 << (self.stored - 1)), (1 << (self.stored - 1)) - 1
        return 0, (1 << self.stored) - 1

    def pack(self, stored: Stored, rng: np.random.Generator, *, big_endian: bool = False) -> bytes:
        """Bytes of Pixel Data for stored values, in C order; of even length."""
        if self.allocated == 1:
            data = np.packbits(stored.astype(np.uint8).reshape(-1), bitorder="little").tobytes()
        else:
            cells = self.cells(stored, rng)
            data = cells.astype(cells.dtype.newbyteorder(">" if big_endian else "<")).tobytes()
        return data + b"\0" * (len(data) % 2)

    def cells(self, stored: Stored, rng: np.random.Generator) -> npt.NDArray[np.unsignedinteger]:
        """Unsigned cells of ``allocated`` bits, of the shape of the stored values."""
        shift = self.high_bit + 1 - self.stored
        bits = (stored << shift).astype(np.int64)
        if self.junk:
            used = ((1 << self.stored) - 1) << shift
            noise = rng.integers(0, 1 << self.allocated, size=bits.shape)
            bits = (bits & used) | (noise & ~used)
        return (bits & ((1 << self.allocated) - 1)).astype(f"u{max(1, self.allocated // 8)}")

    def samples(self, stored: Stored, *, signed: bool) -> npt.NDArray[np.integer]:
        """What an image codec is given: the stored values, or the ``stored`` bits of them as unsigned numbers."""
        width = 1 if self.stored <= 8 else self.allocated // 8
        if signed and self.signed:
            return stored.astype(f"i{width}")
        return (stored & ((1 << self.stored) - 1)).astype(f"u{width}")


def to_stored(
    values: Array,
    cell: PixelCell,
    *,
    slope: float,
    intercept: float,
    valid: Mask | None,
    padding_value: int | None,
) -> Stored:
    """Stored values from measured ones, the inverse of ``slope * stored + intercept`` (PS3.3 C.11.1.1.2).

    Where ``valid`` is false, the padding value is stored.

    Raises
    ------
    WrongUse
        If a value has no exact stored value, or needs more bits than the cell has.
    """
    exact = (np.asarray(values, dtype=np.float64) - intercept) / slope
    stored: Stored = np.rint(exact).astype(np.int64)
    if valid is not None and padding_value is not None:
        stored = np.where(valid, stored, padding_value)
        exact = np.where(valid, exact, padding_value)
    tolerance = 1e-9 if values.dtype.kind in "iub" else float(np.finfo(values.dtype).eps) * 4
    # A value is rounded by a part of itself, which the intercept may be most of.
    size = np.maximum(1.0, np.abs(exact) + abs(intercept / slope))
    off = np.abs(stored - exact) > tolerance * size
    if off.any():
        raise WrongUse(
            f"slope {slope:g} and intercept {intercept:g} do not give this value from any whole stored value",
            found=np.asarray(values)[off].flat[0],
            advice="Choose a finer slope, or round the volume's values first.",
        )
    low, high = cell.limits
    if stored.min() < low or stored.max() > high:
        raise WrongUse(
            f"stored values do not fit into {cell.stored} {'signed' if cell.signed else 'unsigned'} bits",
            expected=f"{low} to {high}",
            found=f"{stored.min()} to {stored.max()}",
            advice="Use more bits_stored, signed=True, or another slope and intercept.",
        )
    return stored
