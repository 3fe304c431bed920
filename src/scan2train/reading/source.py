"""A place that is to hold one volume: what is there, and what to say where it is not one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import (
    DecoderMissing,
    HostileFile,
    NoImages,
    NonconformingHeader,
    NotAnImage,
    Scan2TrainError,
    SeveralVolumes,
    UnreadableFile,
)
from scan2train.finding import Finding, Severity, Where
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.reading.label_objects import is_segmentation, structure_sets, whole_segmentations
from scan2train.reading.options import Options
from scan2train.reading.points import of_one_dimension, together
from scan2train.reading.refusals import refusal
from scan2train.reading.settled import settled

if TYPE_CHECKING:
    from scan2train.index import Index

_BY_CODE: dict[str | None, type[Scan2TrainError]] = {
    "FIL001": UnreadableFile,
    "FIL002": HostileFile,
    "FIL003": DecoderMissing,
    "FIL005": NonconformingHeader,
}
#: Files that were skipped for one of these may have been slices of a volume beside them.
_LOST = ("FIL001", "FIL002", "FIL005")


def index_alone(path: Path) -> Index:
    """Index a file or folder for one reading: nothing is kept, and no image is no error yet."""
    from scan2train.index import Index
    from scan2train.indexing.run import index_source

    if not path.exists():
        raise UnreadableFile("there is no such file or folder", where=path)
    # A salt of its own: hashes of identities only group here, and reading leaves nothing behind.
    return Index(**index_source(path, jobs=1, cache=False, salt=os.urandom(16), progress=None))


def only_volume(path: Path, options: Options | None = None) -> dict[str, Any]:
    """Give the row of the one volume at a place, or of the one part that the word for irregular slices leaves of it.

    Where labels are wanted, that of the one object of labels, if there is any; where points are to be stacked, those
    of one dimension are one row together.

    Raises
    ------
    SeveralVolumes
        If there are several; the error lists them.
    UnreadableFile, HostileFile, DecoderMissing, NonconformingHeader, NotAnImage, NoImages
        If there is none, or a file beside its slices cannot be read and may be one of them.
    """
    found = index_alone(path)
    rows = whole_segmentations(found.volumes.to_dicts())
    chosen = [row for row in rows if row["role"] == "volume"] or rows or structure_sets(found)
    options = options or Options()
    if options.as_labels:
        objects = [*filter(is_segmentation, rows), *structure_sets(found)]
        chosen = objects or chosen
    if not chosen:
        raise nothing(path, found)
    chosen = settled(chosen, options.irregular)
    if len(chosen) > 1 and not (options.stack and of_one_dimension(chosen)):
        raise several(path, chosen)
    lost = [one for row in chosen for one in lost_beside(found, row)]
    if lost and path.is_dir():
        raise UnreadableFile(
            "a file beside these slices cannot be read and may be one of them",
            where=lost[0]["path"],
            found=lost[0]["message"],
            advice="Fetch it again, or remove it if it does not belong here.",
            code=lost[0]["code"],
        )
    return together(chosen) if len(chosen) > 1 else chosen[0]


def only_part(row: Mapping[str, Any], irregular: str) -> Mapping[str, Any]:
    """Give the row of the one volume that ``irregular`` makes of a row.

    Raises
    ------
    SeveralVolumes
        If it makes several; the error lists them.
    """
    rows = settled([row], irregular)
    if len(rows) > 1:
        raise several(Path(row["source"]) / row["path"], rows)
    return rows[0]


def several(path: Path, rows: list[dict[str, Any]]) -> Scan2TrainError:
    """One irregular volume among stray slices is that volume's fault; otherwise the place holds several."""
    strays = [row for row in rows if (row["irregular"] or "").startswith("mixed-")]
    rest = [row for row in rows if row not in strays]
    if strays and len(rest) == 1 and len({row["series_uid"] for row in rows}) == 1:
        error = refusal(strays[0], str(path / strays[0]["path"]))
        if error is not None:
            return error
    told = tuple(
        f"{row['volume']} {row['path']} {_slices(row)}"
        + (f", {row['split_by']} {row['dimension_value'] or ''}".rstrip() if row["split_by"] else "")
        for row in rows
    )
    if any(row["part_total"] for row in rows):
        other = "the largest part alone with --irregular keep-largest-regular"
    elif of_one_dimension(rows):
        other = "as one array of four dimensions with stack=True or --stack"
    else:
        other = "one by one from the rows of the index"
    return SeveralVolumes(
        f"holds {len(rows)} volumes where one was asked for: "
        + "; ".join(told[:8])
        + (" …" if len(told) > 8 else ""),
        volumes=told,
        where=path,
        expected="one volume",
        advice=f"Name a single file where each has its own, read them with read_all, or {other}.",
    )


def _slices(row: Mapping[str, Any]) -> str:
    count = f"{row['n_slices']} slices"
    if not row["part_total"]:
        return count
    return f"{count}, {row['part_first']} to {row['part_first'] + row['n_slices'] - 1} of {row['part_total']}"


def nothing(path: Path, found: Index) -> Scan2TrainError:
    """Give the error for a place where no volume was found: why its files were passed over."""
    skipped = found.skipped.to_dicts()
    for one in skipped:
        if one["code"]:
            return skipped_error(one)
    if path.is_file():
        directory = bool(skipped) and skipped[0]["reason"] == "dicomdir"
        return NotAnImage(
            skipped[0]["message"] if skipped else "is no image",
            where=path,
            advice=f"Name the folder that it lies in: {path.parent}" if directory else None,
        )
    return NoImages("holds no image that can be read", where=path, found=f"{len(skipped)} other files")


def skipped_error(skipped: Mapping[str, Any]) -> Scan2TrainError:
    """Give the error that a row of the table of skipped files stands for."""
    kind = _BY_CODE.get(skipped["code"], UnreadableFile)
    return kind(skipped["message"] or skipped["reason"], where=skipped["path"], code=skipped["code"])


def lost_beside(found: Index, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Files in a volume's folders that should have been images and could not be read."""
    folders = {path.rpartition("/")[0] for path in row["member_path"]}
    return [
        one
        for one in found.skipped.iter_rows(named=True)
        if one["code"] in _LOST
        and one["source"] == row["source"]
        and one["path"].rpartition("/")[0] in folders
    ]


def lost_finding(row: Mapping[str, Any], lost: list[dict[str, Any]]) -> Finding:
    """Give the finding that files beside a volume may belong to it."""
    return Finding(
        code=lost[0]["code"],
        name=RULE_NAMES[lost[0]["code"]],
        severity=Severity.ERROR,
        scope="volume",
        message="a file beside these slices cannot be read and may be one of them",
        where=Where(path=lost[0]["path"], series_uid=row.get("series_uid"), volume=row["volume"]),
        seen=lost[0]["message"] or "",
        affects=len(lost),
    )
