"""A mask as a DICOM object on the very slices that its scan has, whether or not they are even."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.formats.dicom.rtstruct_write import write_rtstruct
from scan2train.formats.dicom.seg_write import write_seg
from scan2train.grid import Grid
from scan2train.reading.lattice import regular_grid
from scan2train.reading.slices_of import places_of
from scan2train.restoring.back import back_to
from scan2train.tables.source_folder import source_folder
from scan2train.volume import Labels


def write_on_slices(labels: Labels, row: Mapping[str, Any], path: Path, form: str) -> None:
    """Write labels, wherever they lie, as ``form`` (``"seg"`` or ``"rtstruct"``) on the slices of a row.

    Raises
    ------
    Scan2TrainError
        As :func:`~scan2train.formats.dicom.seg_write.write_seg` and
        :func:`~scan2train.formats.dicom.rtstruct_write.write_rtstruct`.
    """
    base = source_folder(row["source"])
    single, lattice = regular_grid(row)
    placed = _regular(labels, single) if lattice is None else _slice_by_slice(labels, single)
    if form == "seg":
        write_seg(placed, single, base, path)
    else:
        write_rtstruct(placed, single, base, path)


def _grid(row: Mapping[str, Any]) -> Grid:
    shape = (row["size_i"], row["size_j"], len(row["member_path"]))
    return Grid(shape, np.reshape(row["affine"], (4, 4)), bool(row["physical"]))


def _regular(labels: Labels, row: Mapping[str, Any]) -> Labels:
    back = back_to(_grid(row), labels)
    assert isinstance(back, Labels)
    return back


def _slice_by_slice(labels: Labels, row: Mapping[str, Any]) -> Labels:
    """The labels at the true place of each slice. Their grid has these slices; where they lie, the row says."""
    grid = _grid(row)
    values = np.zeros(grid.shape[::-1], labels.array.dtype)
    for k, place in enumerate(places_of(row)[0]):
        affine = grid.affine.copy()
        affine[:3, 3] = place
        values[k] = back_to(Grid((*grid.shape[:2], 1), affine), labels).array[:, :, 0].T
    return labels.replace(array=values.T, grid=grid, valid=None)
