"""The table of attributes that still identify: one file of each series is read whole, and no value leaves this file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

import polars as pl

from scan2train.formats.dicom.attributes import Attribute, read_attributes
from scan2train.index import Index
from scan2train.knowledge.file_names import stem
from scan2train.knowledge.leftovers import ONLY_NUMBERS, WATCHED, left_over
from scan2train.tables.source_folder import source_folder

#: Series whose header is read: with more of them, as many evenly among all. A header takes about a millisecond.
MOST_SERIES: Final = 500
_MOST_SIDECARS, _LARGEST_SIDECAR = 200, 1 << 20
_REMOVED, _METHOD, _CODE, _PATIENT_ID = 0x00120062, 0x00120063, 0x00080100, 0x00100020
_CODE_OF_METHOD = re.compile(r"\b1131\d\d\b")
_METHODS, _EQUIPMENT = "DeidentificationMethodCodeSequence", "ContributingEquipmentSequence"
_WANTED = WATCHED | {_REMOVED, _METHOD, _CODE, _PATIENT_ID}
#: Fields of a sidecar (BIDS) that name a person; that of the institution belongs there.
_SIDECAR: Final = {
    "PatientName": 0x00100010,
    "PatientID": _PATIENT_ID,
    "PatientBirthDate": 0x00100030,
    "PatientAddress": 0x00101040,
    "OtherPatientIDs": 0x00101000,
    "AccessionNumber": 0x00080050,
    "ReferringPhysicianName": 0x00080090,
    "PerformingPhysicianName": 0x00081050,
    "OperatorsName": 0x00081070,
}
SCHEMA: Final[dict[str, Any]] = {
    "source": pl.String,
    "path": pl.String,
    "series_uid": pl.String,
    "names": pl.List(pl.String),
    "removed": pl.Boolean,
    "n": pl.UInt32,
}


def identifying(index: Index) -> pl.DataFrame:
    """For each series, and each sidecar of an image, the attributes that still identify; those without any left out."""
    rows = [*_of_series(index), *_of_sidecars(index)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _of_series(index: Index) -> Iterator[tuple[Any, ...]]:
    dicom = index.instances.filter(pl.col("format") == "dicom")
    # The file that says most: a name may be left in one slice of many.
    said = pl.col("patient_name_filled").fill_null(value=False).cast(pl.Int8) + pl.col(
        "birth_date_filled"
    ).fill_null(value=False)
    series = (
        dicom.select("source", "path", "series_uid", said=said)
        .sort("said", descending=True, maintain_order=True)
        .group_by("source", "series_uid", maintain_order=True)
        .agg(pl.col("path").first(), pl.len().alias("n"))
        .sort("source", "path")
    )
    step = -(-series.height // MOST_SERIES) or 1
    for row in series.gather_every(step).iter_rows(named=True):
        attributes = read_attributes(source_folder(row["source"]) / row["path"], wanted=_WANTED.__contains__)
        names, removed = _names(attributes)
        if names:
            yield row["source"], row["path"], row["series_uid"], names, removed, row["n"]


def _names(attributes: list[Attribute]) -> tuple[list[str], bool]:
    """Names of what is left, those of the sequences it is in before it; and whether it was said to be removed."""
    plain = {one.tag: one.values for one in attributes if not one.parents}
    removed = plain.get(_REMOVED, ("",))[:1] == ("YES",)
    method = " ".join(plain.get(_METHOD, ()))
    declared = set(_CODE_OF_METHOD.findall(method))
    for one in attributes:
        if one.tag == _CODE and one.parents[-1:] == (_METHODS,):
            declared.update(one.values)
    patient = " ".join(plain.get(_PATIENT_ID, ()))
    names = []
    for one in attributes:
        if _EQUIPMENT in one.parents:
            continue  # there, programs name their maker as an institution
        values = one.values or ("item",) * one.items
        if left_over(one.tag, one.vr, values, removed=removed, declared=declared, patient_id=patient):
            names.append(" > ".join((*one.parents, one.keyword)))
    alone = not removed and ONLY_NUMBERS.issuperset(names)
    return [] if alone else list(dict.fromkeys(names)), removed


def _of_sidecars(index: Index) -> Iterator[tuple[Any, ...]]:
    images = {
        (source, stem(path), str(PurePosixPath(path).parent))
        for source, path in index.instances.filter(pl.col("format") != "dicom")
        .select("source", "path")
        .iter_rows()
    }
    sidecars = index.skipped.filter(pl.col("path").str.ends_with(".json")).select("source", "path")
    read = 0
    for source, path in sidecars.iter_rows():
        beside = (source, path.rpartition("/")[2].removesuffix(".json"), str(PurePosixPath(path).parent))
        if beside in images and read < _MOST_SIDECARS:
            read += 1
            names = _in_json(source_folder(source) / path)
            if names:
                yield source, path, None, names, False, 1


def _in_json(path: Path) -> list[str]:
    try:
        if not path.is_file() or path.is_symlink() or path.stat().st_size > _LARGEST_SIDECAR:
            return []
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(found, Mapping):
        return []
    patient = str(found.get("PatientID") or "")
    names = [
        name
        for name, tag in _SIDECAR.items()
        if isinstance(value := found.get(name), str)
        # Dates of a sidecar are written with dashes.
        and left_over(tag, "LO", (value,), removed=False, declared=(), patient_id=patient)
    ]
    return [] if ONLY_NUMBERS.issuperset(names) else names
