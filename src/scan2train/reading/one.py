"""One row of the volumes table into one volume, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scan2train.errors import UnreadableFile
from scan2train.formats.dicom.suv import told_uptake
from scan2train.formats.registry import by_format
from scan2train.reading.grey import as_grey
from scan2train.reading.label_objects import STRUCTURES, is_segmentation, named_frames
from scan2train.reading.labels import as_labels
from scan2train.reading.noticed import noticed_of_file
from scan2train.reading.onto_reference import onto_reference
from scan2train.reading.options import Options
from scan2train.reading.points import stacked
from scan2train.reading.source import only_part
from scan2train.reading.suv import as_uptake, factors_of
from scan2train.reading.unchanged import require_unchanged
from scan2train.tables.source_folder import source_folder
from scan2train.volume import Volume

#: What a volume of another format than DICOM keeps of its row.
_META = ("volume", "source", "path", "format", "role", "dimension", "dimension_value")


def read_row(row: Mapping[str, Any], options: Options) -> Volume:
    """Read what a row describes; raises as :func:`scan2train.read.read`."""
    if row.get("points"):
        return _read_points(row["points"], options)
    base = source_folder(row["source"])
    if row["format"] == STRUCTURES:
        from scan2train.reading.structures import read_structures

        return read_structures(row, base, options)
    if is_segmentation(row):
        from scan2train.reading.segments import read_segments

        return read_segments(row, base, named_frames(row), options)
    if row["format"] == "dicom":
        row = only_part(row, options.irregular)
    uptake = factors_of(row, base, options.suv) if options.suv else None
    if row["format"] == "dicom":
        from scan2train.reading.dicom import read_dicom

        volume = read_dicom(row, base, regridded=options.irregular == "regrid", nearest=options.as_labels)
    else:
        volume = _read_file(row, base)
    if uptake is not None:
        volume = as_uptake(volume, uptake, str(options.suv))
    elif options.factors and row["format"] == "dicom" and row["modality"] == "PT":
        volume = volume.replace(meta={**volume.meta, "uptake": told_uptake(row, base)})
    volume = as_grey(volume) if options.grey else volume
    if not options.as_labels:
        return volume
    labels = as_labels(volume)
    return labels if options.reference is None else onto_reference(labels, options.reference)


def read_each(row: Mapping[str, Any], options: Options) -> list[Volume]:
    """Read what a row describes; each region of a structure set and each segment of a segmentation by itself.

    Raises
    ------
    Scan2TrainError
        As :func:`scan2train.read.read`.
    """
    base = source_folder(row["source"])
    if row["format"] == STRUCTURES:
        from scan2train.reading.structures import read_each_structure

        return list(read_each_structure(row, base, options))
    if is_segmentation(row):
        from scan2train.reading.segments import read_each_segment

        return read_each_segment(row, base, named_frames(row), options)
    return [read_row(row, options)]


def _read_points(rows: Sequence[Mapping[str, Any]], options: Options) -> Volume:
    """All points of one dimension; a file that holds them all is read once."""
    held = None if rows[0]["format"] == "dicom" else _volumes(rows[0], source_folder(rows[0]["source"]))
    return stacked(rows, (read_row({**row, "held": held}, options) for row in rows))


def _read_file(row: Mapping[str, Any], base: Path) -> Volume:
    path = base / row["path"]
    volumes = row.get("held") or _volumes(row, base)
    at = row["member_frame"][0]
    if at >= len(volumes):
        raise UnreadableFile("the file holds fewer volumes than when it was indexed", where=path)
    about = {name: row[name] for name in _META if row.get(name)}
    volume: Volume = volumes[at]
    return volume.replace(findings=noticed_of_file(row, volume.findings), meta={**volume.meta, **about})


def _volumes(row: Mapping[str, Any], base: Path) -> Sequence[Volume]:
    require_unchanged(row, base)
    return by_format(row["format"]).read_volumes(base / row["path"])
