"""All cases of one shape in one array, ``(N, i, j, k)``, for libraries that want such: ``images.npy`` and its like.

The arrays are mapped and not read, so that memory holds one case at a time.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.preparing.atomic import UNFINISHED, settle, sync_folder, write_whole
from scan2train.preparing.ownership import CASES

if TYPE_CHECKING:
    import polars as pl

#: Each array of the set, and the part of a case that it is made of.
ARRAYS = {"images": "image", "labels": "labels", "valid": "valid"}
TABLE = "cases.csv"
#: What tells whether the arrays are those of these cases.
_COLUMNS = ("case", "split", "image_sha256", "labels_sha256", "valid_sha256")


def write_stacks(out: Path, cases: pl.DataFrame) -> None:
    """Write ``images.npy``, with ``labels.npy`` and ``valid.npy`` where there are such, and ``cases.csv``.

    Row n of the table is ``[n]`` of the arrays. Where they are those of these cases already, nothing is written; the
    table is removed first and written last, so that it never stands beside arrays of other cases.

    Parameters
    ----------
    out
        The set's folder, stored as npy.
    cases
        The cases table; those that are not done are left out.

    Raises
    ------
    WrongUse
        If shapes differ, or only some cases have labels: the cases themselves are finished then.
    """
    rows = cases.filter(cases["state"] == "done").to_dicts()
    if not rows:
        return
    _require_one_shape(rows)
    text = table_of(rows)
    parts = {name: part for name, part in ARRAYS.items() if any(row[f"{part}_sha256"] for row in rows)}
    if _is_there(out, text, parts):
        return
    (out / TABLE).unlink(missing_ok=True)
    sync_folder(out)
    for name, part in ARRAYS.items():
        if name in parts:
            _write_array(out, out / f"{name}.npy", rows, part)
        else:
            (out / f"{name}.npy").unlink(missing_ok=True)
    write_whole(out / TABLE, text)


def _require_one_shape(rows: Sequence[dict[str, Any]]) -> None:
    first = rows[0]
    for row in rows:
        if _shape(row) != _shape(first):
            raise WrongUse(
                "cases of several shapes do not go into one array",
                expected=f"{_shape(first)}, as {first['case']}",
                found=f"{_shape(row)}, {row['case']}",
                advice="Let the recipe end in pad_or_crop with a shape, or leave out --stack. The cases themselves are "
                "finished.",
            )
        if bool(row["labels_sha256"]) != bool(first["labels_sha256"]):
            with_labels, without = sorted((first, row), key=lambda one: not one["labels_sha256"])
            raise WrongUse(
                "some cases have labels and some have none",
                expected="labels for all, or for none",
                found=f"labels for {with_labels['case']}, none for {without['case']}",
                advice="Give --labels none, choose cases with --where, or leave out --stack. The cases themselves are "
                "finished.",
            )


def _shape(row: dict[str, Any]) -> tuple[int, ...]:
    return row["size_i"], row["size_j"], row["size_k"]


def table_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """``cases.csv`` of these rows of the cases table."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    table.writerows([row[name] for name in _COLUMNS] for row in rows)
    return text.getvalue().encode()


def _is_there(out: Path, text: bytes, parts: dict[str, str]) -> bool:
    found = {name for name in ARRAYS if (out / f"{name}.npy").is_file()}
    return found == set(parts) and (out / TABLE).is_file() and (out / TABLE).read_bytes() == text


def _write_array(out: Path, path: Path, rows: Sequence[dict[str, Any]], part: str) -> None:
    files = [out / CASES / row["case"] / f"{part}.npy" if row[f"{part}_sha256"] else None for row in rows]
    each = [np.load(file, mmap_mode="r") for file in files if file is not None]
    shapes = sorted({one.shape for one in each})
    if len(shapes) > 1:
        raise WrongUse(
            "cases of several shapes do not go into one array", expected=shapes[0], found=shapes[1]
        )
    kind = np.result_type(*(one.dtype for one in each)).newbyteorder("<")
    head = BytesIO()
    shape = (len(rows), *shapes[0])
    described = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(head, described)
    unfinished = path.with_name(UNFINISHED + path.name)
    with unfinished.open("wb") as file:
        file.write(head.getvalue())
        for one in files:
            # A case without a mask is all real.
            values = np.ones(shapes[0], kind) if one is None else np.load(one, mmap_mode="r")
            file.write(np.ascontiguousarray(values, kind).data)
    settle(unfinished)
    unfinished.replace(path)
    sync_folder(out)
