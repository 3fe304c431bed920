"""DICOM objects that hold nothing but labels: structure sets, and segmentations as one, whatever their segments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.knowledge.sop_classes import SEGMENTATIONS
from scan2train.tables import VOLUMES

if TYPE_CHECKING:
    from scan2train.index import Index

#: The format word of a structure set, which the volumes table has no rows for.
STRUCTURES = "rtstruct"


def is_segmentation(row: Mapping[str, Any]) -> bool:
    """Whether a row of the volumes table is of a DICOM segmentation."""
    return row["format"] == "dicom" and row.get("sop_class_uid") in SEGMENTATIONS


def structure_sets(found: Index) -> list[dict[str, Any]]:
    """A row for each structure set of an index, enough to read it; all columns are there."""
    empty = dict.fromkeys(column.name for column in VOLUMES)
    return [
        empty
        | {
            "format": STRUCTURES,
            "role": "labels",
            "source": one["source"],
            "path": one["path"],
            "volume": "structures",
            "n_slices": 0,
            "split_by": "",
            "irregular": "",
            "member_path": [one["path"]],
            "dimension_value": "",
        }
        for one in found.skipped.iter_rows(named=True)
        if one["reason"] == STRUCTURES
    ]


def whole_segmentations(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, with those of each segmentation joined into one that has all frames of the file."""
    kept: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if not is_segmentation(row):
            kept.append(row)
            continue
        file = (row["source"], row["member_path"][0])
        if file not in seen:
            seen.add(file)
            kept.append(_of_frames(row, list(range(row["member_frames"][0] or 1))))
    return kept


def named_frames(row: Mapping[str, Any]) -> list[int]:
    """The frames of a segmentation's file that a row stands for, in their order there."""
    spare = [
        frame
        for frame, path in zip(row["spare_frame"] or (), row["spare_path"] or (), strict=True)
        if path == row["member_path"][0]
    ]
    return sorted({*row["member_frame"], *spare})


def as_stored(row: Mapping[str, Any], frames: list[int]) -> dict[str, Any]:
    """The row of these frames as they are stored: numbers of segments, and neither colours nor padding."""
    return {**_of_frames(row, frames), "photometric": "MONOCHROME2", "modality_lut": False}


def _of_frames(row: Mapping[str, Any], frames: list[int]) -> dict[str, Any]:
    kept = ("path", "size", "frames", "offset", "length", "uid", "transfer_syntax", "pixel_kind")
    members = {f"member_{name}": [row[f"member_{name}"][0]] * len(frames) for name in kept}
    none = {f"member_{name}": [None] * len(frames) for name in _ABSENT}
    spares = {name: None for name in row if name.startswith("spare_")}
    irregular = row["irregular"] if row["irregular"] == "impossible-size" else ""
    return {
        **row,
        **members,
        **none,
        **spares,
        "member_frame": frames,
        "n_slices": len(frames),
        "irregular": irregular,
        "split_by": "",
        "dimension": "",
        "dimension_value": "",
    }


_ABSENT = ("slope", "intercept", "padding_value", "padding_limit", "position_mm")


def file_of(row: Mapping[str, Any], base: Path) -> Path:
    """The file of a structure set or segmentation."""
    path: Path = base / row["member_path"][0]
    return path
