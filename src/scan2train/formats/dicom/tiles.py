"""Sheets into slices: a mosaic is read as the one picture that it is, and cut along its tiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.formats.dicom.memory import voxels

if TYPE_CHECKING:
    from scan2train.formats.dicom.pixels import Pixels


def sheets(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a volume whose slices are the whole mosaics, in order of the first tile that is taken of each."""
    first = list(_first_of_each(row).values())
    members = {
        name: [values[k] for k in first]
        for name, values in row.items()
        if name.startswith("member_") and values is not None
    }
    return {
        **row,
        **members,
        "member_frame": [0] * len(first),
        "member_frames": [1] * len(first),
        "size_i": row["size_i"] * row["tiles_across"],
        "size_j": row["size_j"] * row["tiles_across"],
        "tiles_across": None,
    }


def cut(row: Mapping[str, Any], whole: Pixels) -> Pixels:
    """The tiles that are slices of a volume, out of the pixels of its :func:`sheets`; tiles begin at the top left."""
    rows, columns, across = int(row["size_j"]), int(row["size_i"]), row["tiles_across"]
    sheet = {path: at for at, path in enumerate(_first_of_each(row))}
    n = len(row["member_path"])
    array = voxels((n, rows, columns, *whole.array.shape[3:]), whole.array.dtype)
    valid = None if whole.valid is None else np.empty((n, rows, columns), dtype=np.bool_)
    for k, (path, tile) in enumerate(zip(row["member_path"], row["member_frame"], strict=True)):
        down, right = divmod(tile, across)
        part = (
            sheet[path],
            slice(down * rows, (down + 1) * rows),
            slice(right * columns, (right + 1) * columns),
        )
        array[k] = whole.array[part]
        if valid is not None and whole.valid is not None:
            valid[k] = whole.valid[part]
    kept = None if valid is None or valid.all() else valid
    padded = 0 if kept is None else int((~kept).sum())
    return replace(
        whole, array=array, valid=kept, padded=padded, cell=replace(whole.cell, rows=rows, columns=columns)
    )


def _first_of_each(row: Mapping[str, Any]) -> dict[str, int]:
    """Each file, and its first slice."""
    first: dict[str, int] = {}
    for k, path in enumerate(row["member_path"]):
        first.setdefault(path, k)
    return first
