"""Which files make a case: by a folder's name, a file's stem, or the patient's id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from scan2train.formats.dicom.attributes import Attribute, read_attributes
from scan2train.index import Index
from scan2train.knowledge.file_names import names_in_path
from scan2train.knowledge.pseudonyms import stands_in
from scan2train.tables.source_folder import source_folder

_PATIENT_ID = 0x00100020
#: Series whose headers are read, of all cases together; the others count by their columns in the index only.
_MOST_SERIES = 20_000
#: A patient that has a larger part of the cases is a stand-in for all of them.
_LARGEST_PART = 0.2
_MASKS = ("labels",)


@dataclass(slots=True, kw_only=True)
class Part:
    """One series, or one file that is not DICOM: ``first`` is the file whose header speaks for it."""

    source: str
    format: str
    first: str
    paths: list[str] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """Where the first file lies."""
        return source_folder(self.source) / self.first


@dataclass(slots=True, kw_only=True)
class Case:
    """What belongs to one case, or to several of one patient with one label."""

    label: str
    parts: list[Part] = field(default_factory=list)
    volumes: list[Mapping[str, Any]] = field(default_factory=list)


def cases_of(index: Index, labels: Mapping[str, str]) -> tuple[list[Case], int]:
    """The cases that have files, and how many of the table have none.

    A file belongs to the case that its stem names (a channel's number apart), else to that of the innermost folder
    that names one, else to that of its PatientID. Cases of one patient that have one label are one: their headers agree
    for no other reason than that, and shuffling them apart would find a leak in every one.
    """
    known = {case.casefold(): case for case in labels}
    found: dict[str, Case] = {}
    patients: dict[str, set[str]] = defaultdict(set)
    of_path: dict[tuple[str, str], str] = {}
    for part in _parts(index):
        patient = next((one.values[0] for one in part.attributes if _is_patient(one)), "").strip()
        case = _named(part.first, known) or known.get(patient.casefold(), "")
        if not case:
            continue
        found.setdefault(case, Case(label=labels[case])).parts.append(part)
        of_path.update({(part.source, path): case for path in part.paths})
        if patient and not stands_in(patient):
            patients[patient].add(case)
    columns = [name for name in _VOLUME_COLUMNS if name in index.volumes.columns]
    chosen = index.volumes.select(*columns, file=pl.col("member_path").list.first())
    for row in chosen.iter_rows(named=True):
        case = of_path.get((row["source"], row["file"] or row["path"] or ""), "")
        if case:
            found[case].volumes.append(row)
    return _by_patient(found, patients), len(labels) - len(found)


#: Columns of the volumes table that cases are compared by.
_VOLUME_COLUMNS = (
    *("source", "path", "role", "modality", "kernel_class", "n_slices", "size_i", "size_j", "size_k"),
    *(
        "spacing_i_mm",
        "spacing_j_mm",
        "spacing_k_mm",
        "orientation",
        "tilt_deg",
        "irregular",
        "lossy",
        "physical",
    ),
    *("bits_stored", "photometric", "transfer_syntax", "spacing_source"),
)


def _parts(index: Index) -> Iterator[Part]:
    """Series of DICOM, and files of other formats, less masks."""
    masks = set(index.volumes.filter(pl.col("role").is_in(_MASKS)).select("source", "path").iter_rows())
    parts: dict[tuple[str, str], Part] = {}
    rows = index.instances.select("source", "path", "format", "series_uid").sort("source", "path")
    for source, path, form, series in rows.iter_rows():
        if form != "dicom" and (source, path) in masks:
            continue
        key = (source, f"{series} {PurePosixPath(path).parent}" if form == "dicom" else path)
        part = parts.setdefault(key, Part(source=source, format=form, first=path))
        part.paths.append(path)
    for number, part in enumerate(parts.values()):
        if part.format == "dicom" and number < _MOST_SERIES:
            part.attributes = read_attributes(part.file)
        yield part


def _is_patient(one: Attribute) -> bool:
    return one.tag == _PATIENT_ID and not one.parents and bool(one.values)


def _named(path: str, known: Mapping[str, str]) -> str:
    names = map(str.casefold, names_in_path(path))
    return next((known[name] for name in names if name in known), "")


def _by_patient(found: Mapping[str, Case], patients: Mapping[str, set[str]]) -> list[Case]:
    """Join the cases of one patient that have one label."""
    most = max(2, int(_LARGEST_PART * len(found)))
    joined: dict[str, str] = {}
    for cases in patients.values():
        if 1 < len(cases) <= most:
            for label in {found[case].label for case in cases}:
                same = sorted(case for case in cases if found[case].label == label)
                joined.update(dict.fromkeys(same[1:], same[0]))
    result = {name: case for name, case in found.items() if name not in joined}
    for name, first in joined.items():
        while first in joined:
            first = joined[first]  # noqa: PLW2901 - a case of two patients leads on
        result[first].parts.extend(found[name].parts)
        result[first].volumes.extend(found[name].volumes)
    return [result[name] for name in sorted(result)]
