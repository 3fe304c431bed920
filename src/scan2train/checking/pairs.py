"""Images and their masks, as rows that rules can look at."""

from __future__ import annotations

from collections.abc import Iterator

from scan2train.index import Index
from scan2train.rule.pair import Pair


def pairs_of(index: Index) -> Iterator[Pair]:
    """Every mask of an index beside its image."""
    yield from ()
