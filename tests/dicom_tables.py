"""Instances and frames tables read with pydicom, for tests that want nothing of the index."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pydicom
from pydicom.dataset import Dataset

from scan2train.tables import FRAMES, INSTANCES, Column

_KINDS = {0x7FE00010: "native", 0x7FE00008: "float", 0x7FE00009: "double"}


def tables(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every DICOM file below ``folder``, in order of name; files that pydicom cannot read are left out."""
    rows: list[dict[str, Any]] = []
    frames: list[dict[str, Any]] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                dataset = pydicom.dcmread(path)
                row = instance(dataset, folder, path)
                mine = list(_frames(dataset, len(rows)))
            except Exception:  # noqa: BLE001 - whatever a hostile file makes pydicom raise
                continue
        rows.append(row)
        frames.extend(mine)
    return INSTANCES.frame(rows), FRAMES.frame(frames)


def instance(dataset: Dataset, folder: Path, path: Path) -> dict[str, Any]:
    """The row of one file."""
    row = {column.name: _value(column, dataset) for column in INSTANCES}
    raw = next((dataset.get_item(tag) for tag in _KINDS if tag in dataset), None)
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    row["transfer_syntax"] = None if syntax is None else str(syntax)
    kind = "none" if raw is None else _KINDS[int(raw.tag)]
    if kind == "native" and syntax is not None and syntax.is_encapsulated:
        kind = "encapsulated"
    row |= {
        "source": str(folder),
        "path": path.relative_to(folder).as_posix(),
        "size": path.stat().st_size,
        "mtime_ns": path.stat().st_mtime_ns,
        "format": "dicom",
        "parser": "pydicom",
        "oddities": [],
        "pixel_kind": kind,
        "pixel_offset": None if raw is None else raw.value_tell,
        "pixel_length": None if raw is None or raw.value is None else len(raw.value),
        "content_id": None,
    }
    return row


def _frames(dataset: Dataset, at: int) -> list[dict[str, Any]]:
    if "PerFrameFunctionalGroupsSequence" not in dataset:
        return []
    shared = dataset.get("SharedFunctionalGroupsSequence") or [Dataset()]
    rows = []
    for frame, own in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        row = {"instance": at, "frame": frame}
        for column in FRAMES:
            if column.tag and column.name != "frame_type":
                found = _value(column, own)
                row[column.name] = _value(column, shared[0]) if found is None else found
        rows.append(row)
    return rows


def _value(column: Column, dataset: Dataset) -> Any:
    if not column.tag:
        return None
    place = dataset
    if column.parent:
        items = dataset.get(_tag(column.parent))
        if items is None or not items.value:
            return False if column.kind == "boolean" else None
        place = items.value[0]
    element = place.get(_tag(column.tag))
    if column.keep == "present":
        return element is not None
    value = None if element is None else element.value
    if column.keep == "filled":
        return bool(value)
    if value is None or value == "" or (hasattr(value, "__len__") and len(value) == 0):
        return None
    many = list(value) if element.VM > 1 else [value]
    if column.keep == "hash":
        return hashlib.sha256(str(value).encode()).hexdigest()[:16]
    if column.kind == "text":
        return "\\".join(str(one) for one in many)
    item = max(column.item, 0)
    if item >= len(many):
        return None
    number = (
        float(many[item]) if not isinstance(many[item], bytes) else float(np.frombuffer(many[item], "<i2")[0])
    )
    return int(number) if column.kind == "integer" else number


def _tag(text: str) -> int:
    return int(text.replace(",", ""), 16)
