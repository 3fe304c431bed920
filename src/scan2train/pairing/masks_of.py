"""The masks that each image has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scan2train.pairing.pairs import pairs

if TYPE_CHECKING:
    import polars as pl


def masks_of(volumes: pl.DataFrame) -> Mapping[str, Sequence[str]]:
    """Ids of the masks that :func:`pairs` finds for each image of the volumes table, by its id; others left out."""
    ids = volumes["volume"].to_list()
    masks: dict[str, list[str]] = defaultdict(list)
    for image, labels in pairs(volumes).select("image_row", "labels_row").iter_rows():
        masks[ids[image]].append(ids[labels])
    return dict(masks)
