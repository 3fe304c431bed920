"""The DICOM files of a tree: their rows of instances and frames, and why others gave none."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.formats.dicom.deflated import walk_deflated
from scan2train.formats.dicom.fallback import read_declined
from scan2train.formats.dicom.header import Headers, read_headers
from scan2train.formats.dicom.header_checks import check_numbers, check_pixels, check_texts
from scan2train.formats.dicom.header_frames import frame_rows, has_groups
from scan2train.formats.dicom.header_table import Columns, file_columns, header_columns, settle
from scan2train.formats.dicom.mosaic import is_mosaic, tile_rows
from scan2train.formats.dicom.nuclear import is_nuclear, nuclear_rows
from scan2train.formats.dicom.refusals import Refusal, refusal
from scan2train.indexing.salt import hashed
from scan2train.kernels import header_codes as codes


@dataclass(slots=True, kw_only=True)
class Part:
    """What a batch of files gave. ``rows`` are the numbers, within the batch, of the files that gave an instance.

    ``header`` holds the columns of those rows but for the index's own; ``frames`` counts instances by such rows.
    ``foreign`` are files that are not DICOM.
    """

    rows: npt.NDArray[np.intp]
    header: Columns
    frames: pl.DataFrame | None
    refused: dict[int, Refusal] = field(default_factory=dict)
    foreign: list[int] = field(default_factory=list)


def read_dicom_files(
    root: str,
    names: list[str],
    sizes: npt.NDArray[np.int64],
    mtimes: npt.NDArray[np.int64],
    *,
    salt: bytes,
    jobs: int,
    progress: Callable[[int], None] | None,
) -> Part:
    """Read the headers of these files; ``names`` are relative to the folder ``root``.

    Sizes and times that are not known yet (a negative size) are put in.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        headers = read_headers(names, sizes, mtimes, jobs, progress, folder)
    finally:
        os.close(folder)
    status = headers.facts[codes.F_STATUS]
    refused: dict[int, Refusal] = {}
    for row in np.flatnonzero(status == codes.DEFLATED).tolist():
        walk_deflated(headers, _absolute(root, names[row]), row, int(sizes[row]))
    deflated = headers.facts[codes.F_SYNTAX] == codes.SYNTAX_DEFLATED
    for row in np.flatnonzero(status == codes.DECLINED).tolist():
        declined = read_declined(headers, _absolute(root, names[row]), row, int(sizes[row]))
        if declined is not None:
            refused[row] = declined
    foreign = np.flatnonzero(status == codes.FOREIGN).tolist()
    sop, syntax = headers.text_codes("sop_class_uid"), headers.text_codes("transfer_syntax")
    lost = (status != codes.OK) & (status != codes.FOREIGN) & (status != codes.DECLINED)
    for row in np.flatnonzero(lost).tolist():
        refused[row] = _refusal(
            headers,
            row,
            _absolute(root, names[row]),
            int(sizes[row]),
            sop_class=headers.texts[sop[row]],
            syntax=headers.texts[syntax[row]],
        )
    good = status == codes.OK
    settle(headers)
    check_texts(headers)
    check_numbers(headers, good)
    refused |= check_pixels(headers, good, deflated)
    good[list(refused)] = False
    rows = np.flatnonzero(good)
    frames = _frames(headers, rows, root, names, sizes)
    salted = functools.cache(functools.partial(hashed, salt=salt))
    return Part(
        rows=rows,
        header=header_columns(headers, rows, salted) | file_columns(headers, rows) if len(rows) else {},
        frames=frames,
        refused=refused,
        foreign=foreign,
    )


def _frames(
    headers: Headers,
    rows: npt.NDArray[np.intp],
    root: str,
    names: list[str],
    sizes: npt.NDArray[np.int64],
) -> pl.DataFrame | None:
    grouped = has_groups(headers)[rows]
    tiled = is_mosaic(headers)[rows] & ~grouped
    nuclear = is_nuclear(headers)[rows] & ~grouped & ~tiled
    found = [
        reader(headers, int(rows[at]), _absolute(root, names[rows[at]]), int(sizes[rows[at]]), at)
        for reader, which in ((frame_rows, grouped), (tile_rows, tiled), (nuclear_rows, nuclear))
        for at in np.flatnonzero(which).tolist()
    ]
    kept = [table for table in found if table is not None]
    return pl.concat(kept) if kept else None


def _refusal(
    headers: Headers, row: int, path: bytes, size: int, *, sop_class: str | None, syntax: str | None
) -> Refusal:
    facts = headers.facts[:, row]
    if facts[codes.F_STATUS] == codes.UNOPENED:
        return Refusal(reason="unreadable", code="FIL001", message=f"cannot be opened: {_why(path)}")
    return refusal(
        int(facts[codes.F_STATUS]),
        at=int(facts[codes.F_AT]),
        seen=int(facts[codes.F_SEEN]),
        tag=int(facts[codes.F_TAG]),
        size=size,
        sop_class=sop_class,
        syntax=syntax,
    )


def _why(path: bytes) -> str:
    from scan2train.formats.dicom.header import OPEN_FLAGS

    try:
        os.close(os.open(path, OPEN_FLAGS))
    except OSError as error:
        return error.strerror or type(error).__name__
    return "it could not be read"


def _absolute(root: str, name: str) -> bytes:
    return os.fsencode(os.path.join(root, name))
