"""What a scan was, as far as it may travel with a case: device and acquisition, nothing of the patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: Columns of the volumes table that an account keeps under ``scan``. None of them is a person's, or free text.
SCAN_FACTS: Final = (
    "modality",
    "manufacturer",
    "model",
    "kernel",
    "kernel_class",
    "iterative",
    "contrast_delay_s",
    "phase",
    "cardiac_percent",
    "patient_position",
    "laterality",
    "view",
    "thickness_mm",
    "tilt_deg",
    "units",
    "lossy",
    "irregular",
)
#: Columns of the volumes table that the cases table keeps: to part cases by patient, and to group them.
CASE_FACTS: Final = (
    *("patient", "study_uid", "series_uid", "modality", "manufacturer", "model", "station"),
    *("kernel_class", "phase"),
)


def scan_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that ``row`` of the volumes table holds; those that are empty are left out."""
    return {name: row[name] for name in SCAN_FACTS if row.get(name) not in (None, "")}


def case_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the cases table's columns that come from the volumes table."""
    return {name: row.get(name) or "" for name in CASE_FACTS}
