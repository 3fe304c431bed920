"""Why a volume is not fit for a task, as far as its header tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scan2train.knowledge.contrast_words import contrast_told, phase_told
from scan2train.knowledge.mammography_views import view_of
from scan2train.knowledge.sop_classes import PICTURES
from scan2train.task import Task

#: What rules say of a scan that the task does not take: the task's own word, and no fault of the scan.
OF_THE_TASK = ("ACQ004", "ACQ006")
#: Rounding of a header is no reason to leave a scan out.
_ROUNDING = 1.01
_ROLES = {
    "localizer": "a localizer",
    "capture": "a screen capture or report",
    "derived": "computed from other images (MPR, MIP, subtraction)",
    "labels": "a mask, and no image",
}


def outside(row: Mapping[str, Any], task: Task) -> str:
    """Why a volume is none of those that the task is about: its role or its modality; empty if it is one."""
    role, modality = row["role"], row["modality"]
    if modality and modality not in task.modality:
        return f"{modality}, and the task is about {' or '.join(task.modality)}"
    if role == "picture" and not any(one in PICTURES for one in task.modality):
        return "a single picture, and no volume"
    if role in _ROLES and not (role == "derived" and task.derived):
        return _ROLES[role]
    return ""


def unfit(row: Mapping[str, Any], task: Task) -> str:
    """Why a row of the volumes table is not fit for the task; empty if it is.

    What a header does not tell is not held against a volume.
    """
    return outside(row, task) or _geometry(row, task) or _acquisition(row, task)


def _geometry(row: Mapping[str, Any], task: Task) -> str:
    slices, most = row["n_slices"], task.max_slices
    if most is not None and slices and slices > most:
        return f"{slices} slices or frames, and the task takes {most} at most"
    gap, widest = row["spacing_k_mm"], task.max_slice_spacing_mm
    if widest and row["physical"] and gap and (slices or 0) > 1 and gap > widest * _ROUNDING:
        return f"slices {gap:.4g} mm apart, and the task takes {widest:g} mm at most"
    return ""


def _acquisition(row: Mapping[str, Any], task: Task) -> str:
    given = contrast_told(row["contrast"], row["description"])
    if task.contrast == "none" and given:
        return "with contrast, and the task wants none"
    if task.contrast == "required" and given is False:
        return "without contrast, and the task wants some"
    # The kernel classes are an order of CT's sharpness; other modalities have none.
    found: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
        ("kernel", row["kernel_class"], task.kernel_class),
        (
            "phase",
            phase_told(row["phase"], row["contrast"], row["description"]) if task.phase else "",
            task.phase,
        ),
        ("view", view_of(row), task.view),
    )
    for what, word, right in found:
        if right and word and word not in right:
            return f"{what} {word}, and the task takes {', '.join(right)}"
    return ""
