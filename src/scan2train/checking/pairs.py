"""Images and their masks, as rows that rules can look at."""

from __future__ import annotations

from collections.abc import Iterator

from scan2train.checking.rows import rows
from scan2train.index import Index
from scan2train.pairing import pairs
from scan2train.rule.pair import Pair

#: Nothing tells whose labels these are, so that nothing can be said against them.
_DOUBTFUL = "doubtful"


def pairs_of(index: Index) -> Iterator[Pair]:
    """Every mask of an index beside each image that it belongs to; doubtful ones are left out."""
    every = list(rows(index.volumes))
    for one in pairs(index.volumes).iter_rows(named=True):
        if one["how"] != _DOUBTFUL:
            yield Pair(image=every[one["image_row"]], labels=every[one["labels_row"]], how=one["how"])
