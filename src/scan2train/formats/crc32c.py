"""CRC-32C, the checksum behind the index of a shard. A few KiB at a time: a table is fast enough.

Source: RFC 3720, appendix B.4 (Castagnoli's polynomial, reflected).
"""

from __future__ import annotations

_POLYNOMIAL = 0x82F63B78
_ALL = 0xFFFFFFFF


def _entry(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE = tuple(_entry(value) for value in range(256))


def crc32c(data: bytes) -> int:
    """The checksum of ``data``."""
    rest = _ALL
    for byte in data:
        rest = (rest >> 8) ^ _TABLE[(rest ^ byte) & 0xFF]
    return rest ^ _ALL
