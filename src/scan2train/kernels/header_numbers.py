"""Decimal strings and binary numbers, exactly.

A decimal with a mantissa below 2^53 and a power of ten up to 22 is one correctly rounded operation away from its
double (W. D. Clinger, How to read floating point numbers accurately, 1990); all others are left to the caller.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner
from scan2train.kernels.header_codes import VR_FD, VR_FL, VR_SL, VR_SS, VR_SV, VR_UL, VR_US, VR_UV
from scan2train.kernels.header_desk import Array, Desk
from scan2train.kernels.header_elements import byte, u16, u32

EMPTY = 0
EXACT = 1
HARD = 2

_POWERS = 10.0 ** np.arange(23)
_MANTISSA_END = 1 << 53


@inner
def parse_decimal(buf: Array, start: int, stop: int) -> tuple[int, float]:
    """Parse ``buf[start:stop]``; EMPTY, EXACT with the value, or HARD if it takes a full parser or is no number."""
    while start < stop and buf[start] == 32:
        start += 1
    while stop > start and (buf[stop - 1] == 32 or buf[stop - 1] == 0):
        stop -= 1
    if start == stop:
        return EMPTY, 0.0
    at = start
    negative = buf[at] == 45
    if negative or buf[at] == 43:
        at += 1
    mantissa, digits, power = 0, 0, 0
    point = False
    while at < stop:
        c = byte(buf, at)
        if 48 <= c <= 57:
            mantissa = mantissa * 10 + (c - 48)
            if mantissa >= _MANTISSA_END:
                return HARD, 0.0
            digits += 1
            if point:
                power -= 1
        elif c == 46 and not point:
            point = True
        else:
            break
        at += 1
    if digits == 0:
        return HARD, 0.0
    if at < stop and (buf[at] == 69 or buf[at] == 101):
        at += 1
        falling = at < stop and buf[at] == 45
        if at < stop and (buf[at] == 45 or buf[at] == 43):
            at += 1
        exponent, length = 0, 0
        while at < stop and 48 <= buf[at] <= 57 and length < 5:
            exponent = exponent * 10 + (byte(buf, at) - 48)
            length += 1
            at += 1
        if length == 0:
            return HARD, 0.0
        power += -exponent if falling else exponent
    if at != stop or power > 22 or power < -22:
        return HARD, 0.0
    value = mantissa * _POWERS[power] if power >= 0 else mantissa / _POWERS[-power]
    return EXACT, -value if negative else value


@inner
def binary_width(vr: int) -> int:
    """Bytes of one value of a binary VR; 0 if it is none."""
    if vr in (VR_US, VR_SS):
        return 2
    if vr in (VR_UL, VR_SL, VR_FL):
        return 4
    if vr in (VR_FD, VR_SV, VR_UV):
        return 8
    return 0


@inner
def binary_value(buf: Array, at: int, vr: int, big: bool, desk: Desk) -> float:
    """One binary number as a double; the caller has checked that its bytes are there."""
    if vr == VR_US:
        return float(u16(buf, at, big))
    if vr == VR_SS:
        short = u16(buf, at, big)
        return float(short - 65536 if short >= 32768 else short)
    if vr == VR_UL:
        return float(u32(buf, at, big))
    if vr == VR_SL:
        long = u32(buf, at, big)
        return float(long - 4294967296 if long >= 2147483648 else long)
    if vr == VR_FL:
        desk.single_bits = u32(buf, at, big)
        return float(desk.single)
    high, low = u32(buf, at if big else at + 4, big), u32(buf, at + 4 if big else at, big)
    if vr == VR_FD:
        desk.double_bits = (high << 32) | low
        return desk.double
    if vr == VR_SV and high >= 2147483648:
        return (high - 4294967296) * 4294967296.0 + low
    return high * 4294967296.0 + low
