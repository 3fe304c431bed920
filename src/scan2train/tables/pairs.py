"""One row an image and a mask that could be its labels."""

from __future__ import annotations

from scan2train.tables.column import Column, Kind, Table


def _c(name: str, kind: Kind, meaning: str) -> Column:
    return Column(name=name, kind=kind, meaning=meaning)


PAIRS = Table(
    "pairs",
    "One row an image and a mask that is its labels, or could be; made of the volumes table and never written",
    (
        _c("image", "text", "Volume id of the image"),
        _c("labels", "text", "Volume id of the mask"),
        _c("how", "text", "What they were told to belong together by: name, grid, folder or beginning; doubtful where nothing tells"),
        _c("image_row", "integer", "The image's row in the volumes table, from 0; ids are shared by files of the same content"),
        _c("labels_row", "integer", "The mask's row in the volumes table, from 0"),
    ),
)
