"""Images and their masks, as rows that rules can look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scan2train.checking.rows import Row, rows
from scan2train.index import Index
from scan2train.pairing import pairs
from scan2train.pairing.place import on_one_grid, place_of
from scan2train.reading.drawn_on import pair_objects, segmentation_rows
from scan2train.rule.pair import Pair

#: A segmentation names its images itself.
_REFERENCE = "reference"
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
    yield from _drawn_on(index, every)


def _drawn_on(index: Index, every: Sequence[Row]) -> Iterator[Pair]:
    """Segmentations whose frames are a regular grid, beside the images that they name.

    Where a segmentation leaves out slices between others its grid is known when it is read only.
    """
    files = segmentation_rows(index.volumes)
    for image, those in pair_objects(index.volumes, files).items():
        for labels in (at for file in those for at in files[file]):
            if not every[labels]["irregular"]:
                yield Pair(image=every[image], labels=every[labels], how=_REFERENCE)


def _share_one_grid(images: Sequence[Row]) -> bool:
    first, *others = map(place_of, images)
    return all(on_one_grid(first, one) for one in others)
