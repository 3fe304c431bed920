"""Where in an image a finding is about: the slice of the file that it names, or the slice that its evidence names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from scan2train.finding import Finding
from scan2train.grid import Grid
from scan2train.reading.slices_of import places_of

#: Slices are counted from 0 in what findings have seen.
_SLICE = re.compile(r"\bslices? (\d{1,6})\b")

Index = tuple[int, int, int]


def may_name_a_slice(finding: Finding, path: str) -> bool:
    """Whether a finding about what lies at ``path`` may name one slice of it; told without its files."""
    other = finding.where.path is not None and finding.where.path != path
    return other or _SLICE.search(finding.seen) is not None or _SLICE.search(finding.message) is not None


def place_of(finding: Finding, row: Mapping[str, Any] | None, grid: Grid) -> Index | None:
    """The voxel in the middle of the slice that a finding names; ``None`` where it names none.

    Parameters
    ----------
    row
        The whole row of the volumes table that the image was read from, if there is one.
    grid
        The image's. Slices that were resampled lie elsewhere than the files did: they are found by their places.
    """
    k = None if row is None else _slice_named(finding, row)
    if k is None or row is None:
        return None
    middle = [(row["size_i"] - 1) / 2, (row["size_j"] - 1) / 2]
    if row["n_slices"] == grid.shape[2]:
        at = np.array([*middle, k])
    else:
        affine = np.reshape(row["affine"], (4, 4))
        at = grid.to_index(places_of(row)[0][k] + affine[:3, :2] @ middle)
    i, j, k = np.clip(np.rint(at), 0, np.array(grid.shape) - 1).astype(int).tolist()
    return i, j, k


def _slice_named(finding: Finding, row: Mapping[str, Any]) -> int | None:
    members = row["member_path"] or ()
    if finding.where.path and len(set(members)) > 1 and finding.where.path in members:
        return list(members).index(finding.where.path)
    named = _SLICE.search(finding.seen) or _SLICE.search(finding.message)
    if named is None or int(named[1]) >= (row["n_slices"] or 0):
        return None
    return int(named[1])
