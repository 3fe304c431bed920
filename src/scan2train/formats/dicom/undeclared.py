"""Padding that no header declares: a constant outside a CT's field of view, lower than anything can be.

Air is −1000 HU, and the lowest that most scanners store is −1024: where everything beyond is cut off, a constant of
−1024 is air, and stays. What lies well below that is no measurement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.formats.dicom.cell import Cell
from scan2train.formats.dicom.rescale import unit_of
from scan2train.knowledge.tolerances import PIX005_AIR_HU, PIX005_BLOCK, PIX005_NEVER_HU

#: Images whose values are no Hounsfield units, whatever their header says.
_OTHER_ROLES = ("capture", "localizer", "labels")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Undeclared:
    """What was found.

    ``masked`` are the values that are padding, and ``count`` says how many voxels hold them. ``doubtful`` are
    constants in corners that are below air, and may be.
    """

    masked: tuple[float, ...] = ()
    count: int = 0
    doubtful: tuple[float, ...] = ()


NONE_FOUND = Undeclared()


def is_asked(row: Mapping[str, Any], cell: Cell, *, declared: bool) -> bool:
    """Whether the volume's values are Hounsfield units in which padding can be told."""
    calibrated = row["modality"] == "CT" and row["role"] not in _OTHER_ROLES
    plain = cell.samples == 1 and cell.kind in ("native", "encapsulated")
    return calibrated and plain and not row["modality_lut"] and unit_of(row, declared=declared) == "HU"


def find_undeclared(
    array: npt.NDArray[Any], known: Mapping[int, npt.NDArray[np.bool_]], lowest: Sequence[float]
) -> tuple[Undeclared, dict[int, npt.NDArray[np.bool_]]]:
    """Look into the corners of each slice; where there is padding, mark all voxels that hold it.

    Parameters
    ----------
    array
        ``(k, j, i)`` in HU.
    known
        ``valid`` of the slices with declared padding; it is kept out of the search.
    lowest
        The lowest value that each slice can store: a constant just below air that is this one is air cut off.

    Returns
    -------
    What was found, and ``valid`` of the slices in which it was.
    """
    if min(array.shape[1:]) < 2 * PIX005_BLOCK:
        return NONE_FOUND, {}
    low = _low_corners(array, known)
    masked = sorted({value for value in low.values() if value < PIX005_NEVER_HU})
    valid: dict[int, npt.NDArray[np.bool_]] = {}
    count = 0
    for k in range(len(array) if masked else 0):
        real = array[k] != masked[0]
        for value in masked[1:]:
            real &= array[k] != value
        if k in known:
            real |= ~known[k]
        found = real.size - int(np.count_nonzero(real))
        if found:
            count += found
            valid[k] = real & known[k] if k in known else real
    doubtful = tuple(sorted({value for k, value in low.items() if value > lowest[k]} - set(masked)))
    return Undeclared(masked=tuple(masked), count=count, doubtful=doubtful), valid


def _low_corners(array: npt.NDArray[Any], known: Mapping[int, npt.NDArray[np.bool_]]) -> dict[int, float]:
    """The lowest constant below air in a corner of each slice that has one."""
    corners = array[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    found: dict[int, float] = {}
    for k, corner in np.argwhere(corners < PIX005_AIR_HU).tolist():
        rows = slice(PIX005_BLOCK) if corner < 2 else slice(-PIX005_BLOCK, None)
        columns = slice(PIX005_BLOCK) if corner % 2 == 0 else slice(-PIX005_BLOCK, None)
        block, value = array[k, rows, columns], float(corners[k, corner])
        declared = k in known and not known[k][rows, columns].all()
        if not declared and (block == block[0, 0]).all():
            found[k] = min(found.get(k, value), value)
    return found
