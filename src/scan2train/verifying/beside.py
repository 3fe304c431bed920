"""What a set has beside its cases, of the same voxels once more: the links of a layout, all cases in one array."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.preparing.hidden import is_hidden
from scan2train.preparing.layouts import links_of
from scan2train.preparing.linking import PARTS
from scan2train.preparing.ownership import CASES, DATASET
from scan2train.preparing.setting_out import members_of
from scan2train.preparing.stacked import ARRAYS, TABLE, table_of
from scan2train.verifying.change import NOTHING, Change
from scan2train.verifying.files import Expected
from scan2train.verifying.said import Said


def linked_files(said: Said) -> Iterator[Expected]:
    """Each file of the layout's folder that must be there and is not the very file of its case, as a link is."""
    for link, file in _links(said).items():
        case, path = file.parent.name, said.out / _folder(said) / link
        entry = said.journal.entries.get(case)
        told = None if entry is None else entry.files.get(file.name)
        if told is not None and not (path.exists() and file.exists() and path.samefile(file)):
            name = f"{_folder(said)}/{link}"
            yield Expected(case=case, name=name, path=path, size=told[0], sha256=told[1])


def disagreements_beside(said: Said) -> Iterator[Change]:
    """Files of a layout that are of no case, and arrays of all cases that are not of these cases."""
    if _folder(said):
        links = _links(said)
        for part in PARTS:
            for file in sorted((said.out / _folder(said) / part).glob("*")):
                if f"{part}/{file.name}" not in links and not is_hidden(file.name):
                    yield _of(f"{_folder(said)}/{part}/{file.name}", NOTHING, "a file of no case of this set")
        if not (said.out / _folder(said) / DATASET).is_file():
            yield _of(f"{_folder(said)}/{DATASET}", "a file", NOTHING)
    rows = _done(said)
    if (said.journal.asked or {}).get("stack") and rows:
        yield from _stacks(said.out, rows)


def _stacks(out: Path, rows: list[Mapping[str, Any]]) -> Iterator[Change]:
    table = out / TABLE
    if not table.is_file() or table.read_bytes() != table_of(rows):
        yield _of(TABLE, "the names and hashes of the cases", "others" if table.is_file() else NOTHING)
    for name, part in ARRAYS.items():
        array, wanted = f"{name}.npy", any(row[f"{part}_sha256"] for row in rows)
        if wanted != (out / array).is_file():
            yield _of(array, "an array" if wanted else NOTHING, NOTHING if wanted else "a file")
        elif wanted:
            yield from _array(out, array, part, rows)


def _array(out: Path, array: str, part: str, rows: list[Mapping[str, Any]]) -> Iterator[Change]:
    """Each case whose voxels are not those of its row of the array; what is padded nowhere has ones in ``valid``."""
    try:
        stack = np.load(out / array, mmap_mode="r")
    except (OSError, ValueError):
        yield _of(array, f"an array of {len(rows)} cases", "something that cannot be read as that")
        return
    if len(stack) != len(rows):
        yield _of(array, f"an array of {len(rows)} cases", f"one of {len(stack)}")
        return
    for one, row in zip(stack, rows, strict=True):
        file = out / CASES / row["case"] / f"{part}.npy"
        if row[f"{part}_sha256"] and not file.is_file():
            continue  # told where files are
        voxels = np.load(file, mmap_mode="r") if row[f"{part}_sha256"] else np.ones(one.shape, one.dtype)
        if not np.array_equal(voxels, one, equal_nan=True):
            yield Change(case=row["case"], path=array, expected="the voxels of the case", found="others")


def _done(said: Said) -> list[Mapping[str, Any]]:
    return [row for row in (said.rows or {}).values() if row["state"] == "done"]


def _links(said: Said) -> Mapping[str, Path]:
    asked = said.journal.asked or {}
    return links_of(asked["layout"], members_of(said.out, _done(said))) if asked.get("folder") else {}


def _folder(said: Said) -> str:
    return str((said.journal.asked or {}).get("folder", ""))


def _of(path: str, expected: str, found: str) -> Change:
    return Change(case="", path=path, expected=expected, found=found)
