"""Values as 16-bit stored values with a slope and an intercept: exact where they can be, else to the nearest step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.formats.dicom_write.packing import Packed, pack
from scan2train.formats.dicom_write.planes import decimal
from scan2train.volume import Volume

#: Slope and intercept.
Line = tuple[float, float]
Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

#: Steps of what is not exact: of the 65,536 stored values one is left for padding, and two for rounding at the ends.
_STEPS = 65_532
_LARGEST = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Stored:
    """``(k, j, i)`` or ``(k, j, i, 3)`` stored values, and what they mean.

    ``lines`` holds slope and intercept of each slice, ``padding`` the lowest and highest stored value that is no
    data, ``moved`` the most that a value changed, in its unit.
    """

    array: Array
    lines: tuple[Line, ...]
    padding: tuple[int, int] | None = None
    moved: float = 0.0


def stored_of(volume: Volume, known: Sequence[Line], *, through_zero: bool, least_bits: int) -> Stored:
    """Find stored values for a volume with one channel.

    Parameters
    ----------
    volume
        ``(i, j, k)``. What ``valid`` calls no data, and what is not a number, becomes padding.
    known
        Slope and intercept of the slices of the source: tried where values are no whole numbers, so that what was
        read comes out again as it was.
    through_zero
        Intercepts must be 0, as those of PET are (PS3.3 C.8.9.4), and every slice may have a slope of its own.
    least_bits
        Fewest Bits Stored.

    Raises
    ------
    WrongUse
        If a value is infinite, or if an integer type holds what has no exact stored values.
    """
    values = volume.array.transpose(2, 1, 0)
    real = None if volume.valid is None or volume.valid.all() else volume.valid.transpose(2, 1, 0)
    if values.dtype.kind == "f":
        real = _numbers(values, real)
    if values.dtype.kind == "b":
        values = values.view(np.uint8)
    if _whole(values, real):
        packed = _pack_whole(values, real, may_shift=not through_zero, least_bits=least_bits)
        if packed is not None:
            return _stored(packed, [(1.0, float(packed.shift))] * len(values))
        if values.dtype.kind in "iu":
            raise _too_wide(values, real)
    exact = _on_lines(values, real, known, through_zero=through_zero)
    return _nearest(values, real, through_zero=through_zero) if exact is None else exact


def _stored(packed: Packed, lines: Sequence[Line], moved: float = 0.0) -> Stored:
    return Stored(array=packed.array, lines=tuple(lines), padding=packed.padding, moved=moved)


def _numbers(values: Array, real: Mask | None) -> Mask | None:
    """What is real and a number."""
    finite = np.isfinite(values)
    if finite.all():
        return real
    lost = ~np.isnan(values) & ~finite
    if (lost if real is None else lost & real).any():
        raise WrongUse(
            "an infinite value has no place in a DICOM image",
            expected="finite numbers, and NaN where there is no data",
            advice="Clip the values first.",
        )
    return finite if real is None else finite & real


def _whole(values: Array, real: Mask | None) -> bool:
    if values.dtype.kind != "f":
        return True
    for k, plane in enumerate(values):
        those = plane if real is None else plane[real[k]]
        if those.size and (np.abs(those).max() > _LARGEST or not np.array_equal(those, np.rint(those))):
            return False
    return True


def _pack_whole(values: Array, real: Mask | None, *, may_shift: bool, least_bits: int) -> Packed | None:
    codes, faithful = values, True
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            codes = values.astype(np.int32)
        faithful = np.array_equal(codes, values)
    return pack(codes, real, faithful=faithful, may_shift=may_shift, least_bits=least_bits)


def _too_wide(values: Array, real: Mask | None) -> WrongUse:
    those = values if real is None else values[real]
    return WrongUse(
        "these whole numbers do not fit the 16 bits of a DICOM image",
        expected="at most 65536 different ones in a row, less one for padding where there is any",
        found=f"{those.min()} to {those.max()}",
        advice="Clip them, or make them floating point: that is written to the nearest of 65532 steps.",
    )


def _on_lines(
    values: Array, real: Mask | None, known: Sequence[Line], *, through_zero: bool
) -> Stored | None:
    """Stored values on the lines of the source, where every value lies on one of them to the last bit."""
    usable = [line for line in known if line[0] and not (through_zero and line[1])]
    if not usable:
        return None
    few = list(dict.fromkeys(usable))[:4]
    codes = np.empty(values.shape, dtype=np.int32)
    lines, faithful = [], True
    for k, plane in enumerate(values):
        mask = None if real is None else real[k]
        own = [known[k]] if len(known) == len(values) and known[k] in usable else []
        for line in (*own, *few):
            found = _codes_on(plane, mask, line)
            if found is not None:
                codes[k], exact = found
                lines.append(line)
                faithful = faithful and exact
                break
        else:
            return None
    packed = pack(codes, real, faithful=faithful, may_shift=False, least_bits=16)
    return None if packed is None else _stored(packed, lines)


def _codes_on(plane: Array, mask: Mask | None, line: Line) -> tuple[Array, bool] | None:
    slope, add = (float(str(decimal(number))) for number in line)
    with np.errstate(invalid="ignore"):
        codes = np.clip(np.rint((plane.astype(np.float64) - add) / slope), -_LARGEST, _LARGEST)
        same = (slope * codes + add).astype(plane.dtype) == plane
        whole = codes.astype(np.int32)
    if not (same if mask is None else same[mask]).all():
        return None
    return whole, bool(same.all())


def _nearest(values: Array, real: Mask | None, *, through_zero: bool) -> Stored:
    """Stored values on the nearest step of a straight line over the range of the values."""
    ends = [_ends(plane, None if real is None else real[k]) for k, plane in enumerate(values)]
    signed = not through_zero or min(low for low, _ in ends) < 0
    if not through_zero:
        ends = [(min(low for low, _ in ends), max(high for _, high in ends))] * len(values)
    codes = np.empty(values.shape, dtype=np.int32)
    lines, moved = [], 0.0
    for k, plane in enumerate(values):
        slope, add = _line_over(*ends[k], through_zero=through_zero, signed=signed)
        with np.errstate(invalid="ignore"):
            at = np.rint((plane.astype(np.float64) - add) / slope)
            off = np.abs(slope * at + add - plane)
            codes[k] = np.clip(at, -32768, 65535).astype(np.int32)
        those = off if real is None else off[real[k]]
        moved = max(moved, float(those.max(initial=0.0)))
        lines.append((slope, add))
    packed = pack(codes, real, faithful=False, may_shift=False, least_bits=16)
    assert packed is not None, "the steps leave room for padding"
    return _stored(packed, lines, moved)


def _ends(plane: Array, mask: Mask | None) -> tuple[float, float]:
    those = plane if mask is None else plane[mask]
    return (float(those.min()), float(those.max())) if those.size else (0.0, 0.0)


def _line_over(low: float, high: float, *, through_zero: bool, signed: bool) -> Line:
    """Slope and intercept as they will be written, so that what is stored fits them."""
    if not through_zero:
        step, add = (high - low) / _STEPS, (high + low) / 2
    else:
        step, add = max(high, -low) / (_STEPS // 2 if signed else _STEPS), 0.0
    return float(str(decimal(step or 1.0))), float(str(decimal(add)))
