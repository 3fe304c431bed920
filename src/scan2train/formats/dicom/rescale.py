"""From stored values to what the scanner measured: slope and intercept of every slice, and the unit that results."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scan2train.errors import NonconformingHeader
from scan2train.formats.dicom.cell import Cell
from scan2train.knowledge.sop_classes import RT_DOSE

#: Units (0054,1001) of PET images, PS3.3 C.8.9.1.1.3, in the words of this package.
_PET = {
    "BQML": "Bq/ml",
    "GML": "g/ml",
    "CNTS": "counts",
    "CPS": "counts/s",
    "PROPCNTS": "a.u.",
    "NONE": "a.u.",
}
_COLUMNS = ("slope", "intercept", "dose_grid_scaling")


@dataclass(frozen=True, slots=True)
class Rescale:
    """``value = slope * stored + intercept`` for each slice; ``declared`` says that every header has both numbers."""

    slopes: tuple[float, ...]
    intercepts: tuple[float, ...]
    declared: bool

    def lowest(self, cell: Cell) -> tuple[float, ...]:
        """The lowest value that each slice can store."""
        return tuple(low for low, _ in self.ranges(cell))

    def ranges(self, cell: Cell) -> tuple[tuple[float, float], ...]:
        """The lowest and the highest value that each slice can store."""
        pairs = list(zip(self.slopes, self.intercepts, strict=True))
        ends = {pair: sorted(pair[0] * limit + pair[1] for limit in cell.limits) for pair in set(pairs)}
        return tuple((ends[pair][0], ends[pair][1]) for pair in pairs)


def rescale_of(row: Mapping[str, Any], where: object) -> Rescale:
    """The rescale of every slice of a row of the volumes table; 1 and 0 where the headers have none.

    Raises
    ------
    NonconformingHeader
        If a slope or an intercept is no finite number, or a slope is 0: no value could be trusted.
    """
    broken = [word for word in row["oddities"] or () if word.partition(":")[2] in _COLUMNS]
    slopes = tuple(1.0 if slope is None else float(slope) for slope in row["member_slope"])
    intercepts = tuple(0.0 if add is None else float(add) for add in row["member_intercept"])
    if broken or not all(math.isfinite(number) for number in (*slopes, *intercepts)) or 0.0 in slopes:
        raise NonconformingHeader(
            "Rescale Slope or Rescale Intercept is no usable number",
            where=where,
            expected="finite numbers, and a slope that is not 0",
            found=", ".join(broken)
            or f"slope {sorted(set(slopes))[:3]}, intercept {sorted(set(intercepts))[:3]}",
            code="PIX002",
        )
    declared = None not in row["member_slope"] and None not in row["member_intercept"]
    return Rescale(slopes, intercepts, declared)


def unit_of(row: Mapping[str, Any], *, declared: bool) -> str:
    """The unit of the values after rescale; ``declared`` says whether the headers have both slope and intercept.

    CT without Rescale Type means Hounsfield units (PS3.3 C.8.2.1.1.2); MR values are in no unit, whatever it says.
    """
    if (row["samples"] or 1) > 1:
        return "a.u."
    if row["modality"] == "CT" and row["role"] != "capture":
        plain = (row["rescale_type"] or "HU").upper() == "HU"
        return "HU" if plain and (declared or row["modality_lut"]) else "a.u."
    if row["modality"] == "PT":
        return _PET.get(row["units"] or "", "a.u.")
    if row["sop_class_uid"] == RT_DOSE:
        return "Gy" if declared else "a.u."
    return "a.u."
