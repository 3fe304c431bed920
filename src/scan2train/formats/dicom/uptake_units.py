"""What the values of a PET are: by Units, or in enhanced objects by a real-world mapping that says the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from scan2train.formats.dicom.uptake_header import UptakeHeader
from scan2train.knowledge.suv_types import STORED, UCUM


class Units(NamedTuple):
    """Units (0054,1001), and SUV Type (0054,1006) where values are uptake already."""

    units: str
    suv_type: str


def units_of(headers: Sequence[UptakeHeader], row: Mapping[str, Any]) -> Units:
    """The one unit of all slices.

    Raises
    ------
    NonconformingHeader
        If no header says it, or not of the values that the rescale gives.
    """
    first = headers[0]
    units = first.text("Units")
    if units:
        return Units(units, first.text("SUVType") or STORED.get(units, ""))
    rescales = zip(row["member_slope"], row["member_intercept"], strict=True)
    mapped = {
        _mapped(header, 1.0 if slope is None else slope, intercept or 0.0)
        for header, (slope, intercept) in zip(headers, rescales, strict=True)
    }
    one = mapped.pop()
    if one is None or mapped:
        raise first.lacks(
            "Units",
            "BQML, CNTS, GML or CM2ML, or a real-world mapping of all slices with the rescale's own slope",
        )
    return one


def _mapped(header: UptakeHeader, slope: float, intercept: float) -> Units | None:
    """The unit of the mapping that is the same line as the rescale (PS3.3 C.7.6.16.2.11)."""
    for item in header.items("RealWorldValueMappingSequence"):
        codes = item.get("MeasurementUnitsCodeSequence") or ()
        word = next((str(code.get("CodeValue", "")).strip() for code in codes), "")
        line = (item.get("RealWorldValueSlope"), item.get("RealWorldValueIntercept"))
        if word in UCUM and None not in line and _same(line[0], slope) and _same(line[1], intercept):
            return Units(*UCUM[word])
    return None


def _same(one: Any, other: float) -> bool:
    return math.isclose(float(one), other, rel_tol=1e-6, abs_tol=1e-9)
