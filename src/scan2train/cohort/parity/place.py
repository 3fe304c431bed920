"""What a user of a reader would name: a file, or the folder of a series; each with the volumes that lie there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.reading.label_objects import is_segmentation
from scan2train.tables.source_folder import source_folder

if TYPE_CHECKING:
    from scan2train.index import Index

Row = Mapping[str, Any]

#: In place of a folder: the files lie in several.
_SPREAD = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One thing to be read.

    Parameters
    ----------
    path
        The file or folder that readers are given.
    shown
        The same below its source, for people; readers may be given links to its files elsewhere.
    format
        By content.
    series_uid
        Series Instance UID; empty for what is not DICOM.
    rows
        Its volumes: rows of the volumes table. None where the file could not be read.
    code, refused
        Why it could not.
    """

    path: Path
    shown: str
    format: str
    series_uid: str = ""
    rows: tuple[Row, ...] = ()
    code: str = ""
    refused: str = ""


def places_of(index: Index, links: Path) -> list[Place]:
    """Every volume of an index, by the file or series that it lies in, and files that gave none though they should.

    A series that has its folder to itself is read from there. One that shares it, or is spread over several, is read
    from a folder of links below ``links``, as if somebody had sorted the files by Series Instance UID. Segmentations
    and structure sets are left out: no reader here is made for them.
    """
    series, alone = _series_files(index), _alone(index)
    by_place: dict[tuple[str, str, str], list[Row]] = {}
    for row in index.volumes.iter_rows(named=True):
        if not is_segmentation(row):
            by_place.setdefault(_key(row), []).append(row)
    places: list[Place] = []
    for (source, uid, here), rows in by_place.items():
        base = source_folder(source)
        path, shown = base / here, here
        if uid:
            files = [file for file in series[source, uid] if here == _SPREAD or _folder(file) == here]
            shown = min((row["path"] for row in rows), key=len)
            if here == _SPREAD or (source, here) not in alone:
                path = _linked(base, files, links / str(len(places)))
        places.append(
            Place(path=path, shown=shown, format=rows[0]["format"], series_uid=uid, rows=tuple(rows))
        )
    return [*places, *_unread(index)]


def _key(row: Row) -> tuple[str, str, str]:
    """Source, Series Instance UID and folder of a volume of several files, or the file that has all of it."""
    files = {*row["member_path"], *(row["spare_path"] or ())}
    if row["format"] != "dicom" or len(files) == 1 or not row["series_uid"]:
        return row["source"], "", row["member_path"][0]
    folders = {_folder(file) for file in files}
    return row["source"], row["series_uid"], folders.pop() if len(folders) == 1 else _SPREAD


def _series_files(index: Index) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for source, uid, path in index.instances.select("source", "series_uid", "path").iter_rows():
        if uid:
            found.setdefault((source, uid), []).append(path)
    return found


def _alone(index: Index) -> set[tuple[str, str]]:
    """Folders whose images are of one series."""
    found: dict[tuple[str, str], set[str]] = {}
    for source, uid, path in index.instances.select("source", "series_uid", "path").iter_rows():
        found.setdefault((source, _folder(path)), set()).add(uid or path)
    return {folder for folder, those in found.items() if len(those) == 1}


def _linked(base: Path, files: Sequence[str], folder: Path) -> Path:
    folder.mkdir(parents=True)
    for number, file in enumerate(sorted(files)):
        (folder / f"{number:06d}-{Path(file).name}").symlink_to(base / file)
    return folder


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def _unread(index: Index) -> list[Place]:
    return [
        Place(
            path=source_folder(row["source"]) / row["path"],
            shown=row["path"],
            format="",
            code=row["code"],
            refused=row["message"] or row["reason"],
        )
        for row in index.skipped.iter_rows(named=True)
        if row["code"]
    ]
