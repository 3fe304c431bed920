"""The images of an index as entries of a set: what is one image, what it is called, and which labels are its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import IrregularSlices, Scan2TrainError
from scan2train.knowledge.file_names import natural_key
from scan2train.knowledge.sop_classes import SEGMENTATIONS
from scan2train.pairing import masks_of
from scan2train.read import read
from scan2train.reading.label_objects import STRUCTURES
from scan2train.reading.labels_on import labels_on
from scan2train.reading.points import grouped, together
from scan2train.tables.source_folder import source_folder
from scan2train.viewing.entry import ABOUT, Entry, LabelSource
from scan2train.viewing.ids import id_of_path
from scan2train.viewing.overlapping import labels_of_file
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    from scan2train.index import Index

Row = Mapping[str, Any]
_NARROW = (
    *("volume", "source", "path", "format", "dimension", "dimension_value", "split_by", "affine", "samples"),
    *(
        "size_i",
        "size_j",
        "size_k",
        "spacing_i_mm",
        "spacing_j_mm",
        "spacing_k_mm",
        "irregular",
        "physical",
        *ABOUT,
    ),
)


def entries_of(found: Index) -> list[Entry]:
    """The images of an index in natural order of their names; labels that belong to none are images, too."""
    rows = [{"at": at, **row} for at, row in enumerate(found.volumes.select(_NARROW).iter_rows(named=True))]
    masks = masks_of(found.volumes)
    by_id = {row["volume"]: row for row in rows}
    objects = _objects(found)
    taken = {mask for those in masks.values() for mask in those}
    drawn = {file for files in objects.values() for file in files}
    images = [row for row in rows if row["volume"] not in taken and not _is_object(row, drawn)]
    groups = [one for group in grouped(images) for one in _on_one_grid(group)]
    names = _names(groups)
    made = []
    for group, name in zip(groups, names, strict=True):
        ats = [row["at"] for row in group]
        first = group[0]
        labels = [_of_row(found, by_id[mask]) for mask in masks.get(first["volume"], ())]
        labels += [_of_object(file) for file in objects.get(first["at"], ())]
        made.append(
            Entry(
                id=first["volume"],
                name=name,
                about=first,
                volumes=tuple(row["volume"] for row in group),
                labels=tuple(labels),
                decides=first["volume"],
                read=partial(_read, found, ats),
                row=partial(_row, found, ats[0]),
                files=partial(_files, found, ats),
            )
        )
    return sorted(made, key=lambda one: natural_key(one.name))


def _objects(found: Index) -> Mapping[int, tuple[Path, ...]]:
    """For rows of the volumes table the structure sets and segmentations that were drawn on them."""
    structures = (found.skipped["reason"] == STRUCTURES).any()
    if not structures and not found.volumes["sop_class_uid"].is_in(SEGMENTATIONS).any():
        return {}
    # Reading them takes compiled code, which takes time to load: most sets have none.
    from scan2train.reading.drawn_on import objects_in, pair_objects

    return pair_objects(found.volumes, objects_in(found))


def _is_object(row: Row, drawn: set[Path]) -> bool:
    if row["role"] != "labels" or row["format"] != "dicom":
        return False
    return any(file.is_relative_to(Path(row["source"]) / row["path"]) for file in drawn)


def _on_one_grid(group: Row) -> list[list[Row]]:
    """The rows of one image: all points of a dimension, or each by itself where they do not share a grid."""
    points: list[Row] = list(group.get("points") or [group])
    grids = {
        (row["size_i"], row["size_j"], row["size_k"], *map(_coarse, row["affine"] or ())) for row in points
    }
    alike = len(grids) == 1 and not any((row["samples"] or 1) > 1 or row["irregular"] for row in points)
    return [points] if alike else [[row] for row in points]


def _coarse(number: float) -> float:
    return round(number, 3)


def _names(groups: list[list[Row]]) -> list[str]:
    """Paths, and what tells those of one path apart."""
    shared = Counter(group[0]["path"] for group in groups)
    names = []
    for group in groups:
        row = group[0]
        # What lies in the source itself has no path below it: it is called after the source.
        parts = [row["path"] if row["path"] not in ("", ".", None) else Path(row["source"]).resolve().name]
        if shared[row["path"]] > 1:
            parts += [row["description"], row["dimension_value"] if len(group) == 1 else ""]
        names.append(" · ".join(str(part) for part in parts if part))
    numbers: dict[str, int] = defaultdict(int)
    repeated = Counter(names)
    for at, name in enumerate(names):
        numbers[name] += 1
        if repeated[name] > 1:
            names[at] = f"{name} · {numbers[name]}"
    return names


def _row(found: Index, at: int) -> Row:
    return found.volumes.row(at, named=True)


def _files(found: Index, ats: list[int]) -> list[Path]:
    # Asked for when something is written: it takes time to load, and pictures do not need it.
    from scan2train.preparing.sources import source_files

    return [file for at in ats for file in source_files(_row(found, at)).values()]


def _read(found: Index, ats: list[int]) -> Volume:
    rows = [_row(found, at) for at in ats]
    row = rows[0] if len(rows) == 1 else together(rows)
    try:
        return read(row)
    except IrregularSlices as error:
        # It can be looked at all the same: slices that are not there are marked, and the error is told.
        try:
            return read(row, irregular="regrid")
        except Scan2TrainError:
            raise error from None


def _of_row(found: Index, row: Row) -> LabelSource:
    return LabelSource(
        id=row["volume"],
        name=row["path"],
        read=partial(_read_mask, found, row["at"]),
        path=source_folder(row["source"]) / row["path"],
    )


def _read_mask(found: Index, at: int, image: Volume) -> Labels:
    labels = read(_row(found, at), as_labels=True)
    assert isinstance(labels, Labels)
    return labels_on(labels, image)


def _of_object(file: Path) -> LabelSource:
    return LabelSource(id=id_of_path(file), name=file.name, read=partial(labels_of_file, file), path=file)
