"""Unique identifiers of objects that are written: the same for the same content, on every machine."""

from __future__ import annotations

import hashlib

import numpy as np

from scan2train.volume import Volume


def new_uid(*parts: object) -> str:
    """Give a UID made of ``parts``: ``2.25.`` and 128 bits of their SHA-256 (PS3.5 B.2)."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def content_of(volume: Volume) -> str:
    """Give a hash of a volume's values, type and place."""
    digest = hashlib.sha256(repr((volume.array.dtype.str, volume.array.shape)).encode())
    digest.update(volume.grid.affine.tobytes())
    for k in range(volume.grid.shape[2]):
        digest.update(np.ascontiguousarray(volume.array[:, :, k]).tobytes())
    return digest.hexdigest()
