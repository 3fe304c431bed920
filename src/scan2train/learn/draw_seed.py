"""One seed for each draw, out of what names it: the same in every process, whatever was drawn before."""

from __future__ import annotations

import hashlib
from typing import NamedTuple


class Draw(NamedTuple):
    """What a sampler asks of a data set: an item, in an epoch."""

    epoch: int
    item: int


def draw_seed(seed: int, epoch: int, case: str, number: int) -> int:
    """A whole number of 63 bits, out of BLAKE2b over ``"seed:epoch:case:number"``.

    The case counts by its name, so that more cases leave the draws of the others alone. The step within a
    recipe is added where the recipe runs: each has a stream of its own.
    """
    digest = hashlib.blake2b(f"{seed}:{epoch}:{case}:{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
