"""Unique identifiers that are the same in every run."""

from __future__ import annotations

import hashlib

from pydicom.uid import UID


def uid(*parts: object) -> UID:
    """A UID made from ``parts``: equal parts give an equal UID, on every machine.

    Of the form ``2.25.<integer>`` (PS3.5 B.2), the integer being 128 bits of a SHA-256 over the parts.
    """
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")
