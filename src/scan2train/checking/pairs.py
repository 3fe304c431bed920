"""Images and their masks, as rows that rules can look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scan2train.checking.rows import Row, rows
from scan2train.index import Index
from scan2train.pairing import pairs
from scan2train.pairing.place import on_one_grid, place_of
from scan2train.rule.pair import Pair

#: Nothing tells whose labels these are.
_DOUBTFUL = "doubtful"


def pairs_of(index: Index) -> Iterator[Pair]:
    """Every mask of an index beside each image that it belongs to.

    One that may belong to any of several images is judged where these share one grid, beside the first of them: it
    must lie on that grid whosever it is. Elsewhere nothing can be said against it.
    """
    every = list(rows(index.volumes))
    doubtful: dict[int, list[int]] = {}
    for one in pairs(index.volumes).iter_rows(named=True):
        if one["how"] != _DOUBTFUL:
            yield Pair(image=every[one["image_row"]], labels=every[one["labels_row"]], how=one["how"])
        else:
            doubtful.setdefault(one["labels_row"], []).append(one["image_row"])
    for labels, those in doubtful.items():
        images = [every[at] for at in those]
        if _share_one_grid(images):
            yield Pair(image=images[0], labels=every[labels], how=_DOUBTFUL)


def _share_one_grid(images: Sequence[Row]) -> bool:
    first, *others = map(place_of, images)
    return all(on_one_grid(first, one) for one in others)
