"""Unique identifiers that follow from content: what is made twice has the same ones."""

from __future__ import annotations

import hashlib

from pydicom.uid import UID


def uid_of(*parts: object) -> UID:
    """A UID for ``parts``, of the form ``2.25.<integer>`` (PS3.5 B.2).

    The integer is that of a UUID of version 8 (RFC 9562), whose free bits are a SHA-256 over the parts.
    """
    number = int.from_bytes(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:16], "big")
    number &= ~(0xF << 76 | 0x3 << 62)
    return UID(f"2.25.{number | 0x8 << 76 | 0x2 << 62}")
