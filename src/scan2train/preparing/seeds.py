"""A seed for each case, out of the run's seed and the case's name: the same whatever else is in the run."""

from __future__ import annotations

import hashlib


def seed_of(seed: int, case: str) -> int:
    """A whole number of 32 bits, the first four bytes (little endian) of BLAKE2b over ``"seed:case"``."""
    digest = hashlib.blake2b(f"{seed}:{case}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little")
