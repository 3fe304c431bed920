"""One row of the volumes table into one volume, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scan2train.errors import UnreadableFile
from scan2train.formats.registry import by_format
from scan2train.reading.grey import as_grey
from scan2train.reading.labels import as_labels
from scan2train.reading.noticed import noticed_of_file
from scan2train.reading.options import Options
from scan2train.reading.unchanged import require_unchanged
from scan2train.volume import Volume

#: What a volume of another format than DICOM keeps of its row.
_META = ("volume", "source", "path", "format", "role", "dimension", "dimension_value")


def read_row(row: Mapping[str, Any], options: Options) -> Volume:
    """Read what a row describes; raises as :func:`scan2train.read.read`."""
    source = Path(row["source"])
    base = source if source.is_dir() else source.parent
    if row["format"] == "dicom":
        from scan2train.reading.dicom import read_dicom

        volume = read_dicom(row, base)
    else:
        volume = _read_file(row, base)
    volume = as_grey(volume) if options.grey else volume
    return as_labels(volume) if options.as_labels else volume


def _read_file(row: Mapping[str, Any], base: Path) -> Volume:
    path = base / row["path"]
    require_unchanged(row, base)
    volumes = by_format(row["format"]).read_volumes(path)
    at = row["member_frame"][0]
    if at >= len(volumes):
        raise UnreadableFile("the file holds fewer volumes than when it was indexed", where=path)
    about = {name: row[name] for name in _META if row.get(name)}
    volume: Volume = volumes[at]
    return volume.replace(findings=noticed_of_file(row, volume.findings), meta={**volume.meta, **about})
