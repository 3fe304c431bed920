"""A prepared set as the source of another: its cases, with what only their accounts know of them.

A file of voxels does not say what is padding, and NIfTI not in which unit values are; the account beside it does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import OutputDamaged
from scan2train.knowledge.file_names import stem
from scan2train.pairing.place import file_of
from scan2train.preparing.account import ACCOUNT
from scan2train.preparing.ownership import CASES, TABLE, is_prepared
from scan2train.preparing.prepared import Case
from scan2train.preparing.scan_facts import CASE_FACTS, SCAN_FACTS
from scan2train.preparing.stored import stored_image

if TYPE_CHECKING:
    import polars as pl

    from scan2train.volume import Volume

#: Why a part of a prepared set is no image of its own.
NO_IMAGE = "part-of-a-prepared-set"
_IMAGE, _LABELS = "image", "labels"
#: Formats that cases are stored in.
_STORED = frozenset({"nifti", "zarr", "b2nd", "npy"})
#: What was true of the source, and is not of a case.
_NOT_ANY_MORE = frozenset({"irregular"})


def is_no_image(row: Mapping[str, Any]) -> bool:
    """Whether a row of the volumes table is something else of a prepared set than the image or labels of a case.

    That are masks of real data, the links of a layout, and all cases in one array. A layout's folder that was given as
    a source by itself is one like any other.
    """
    place = place_in_set(row)
    if place is None:
        return False
    if place.case:
        return place.part not in {_IMAGE, _LABELS}
    return Path(row["source"]) == place.out


def splits_of(out: Path) -> dict[str, str]:
    """Finished case to split, as far as a prepared set was split."""
    return {case: row["split"] or "" for case, row in _table(out).items() if row["state"] == "done"}


def account_beside(row: Mapping[str, Any]) -> Path | None:
    """The account of the case that a row of the volumes table is the image of; ``None`` for any other source."""
    place = place_in_set(row)
    return None if place is None or place.part != _IMAGE else place.out / CASES / place.case / ACCOUNT


def paths_before(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Where each scan lies below its source; a case of a prepared set, where the scan lay that it was made from."""
    tables: dict[Path, dict[str, dict[str, Any]]] = {}
    found = []
    for row in rows:
        place, known = place_in_set(row), {}
        if place is not None and place.part == _IMAGE:
            if place.out not in tables:
                tables[place.out] = _table(place.out)
            known = tables[place.out].get(place.case, {})
        found.append(str(known.get("path") or row["path"] or ""))
    return found


def with_facts(volumes: pl.DataFrame) -> pl.DataFrame:
    """The volumes table with what prepared sets know of their cases where files of voxels say nothing.

    That are patient, study and device, by which cases are kept together, and how the scan was made.
    """
    import polars as pl

    tables: dict[Path, dict[str, dict[str, Any]]] = {}
    columns: dict[str, list[Any]] = {}
    rows = volumes.select("source", "path", "format").iter_rows(named=True)
    for at, row in enumerate(rows):
        place = place_in_set(row)
        if place is None or place.part != _IMAGE:
            continue
        if place.out not in tables:
            tables[place.out] = _table(place.out)
        known = tables[place.out].get(place.case, {})
        facts = {**_scan(place), **{name: known[name] for name in CASE_FACTS if known.get(name)}}
        for name in facts.keys() - _NOT_ANY_MORE:
            values = columns.setdefault(name, volumes[name].to_list())
            values[at] = values[at] or facts[name]
    return volumes.with_columns(
        pl.Series(name, values, volumes.schema[name]) for name, values in columns.items()
    )


def read_prepared(account: Path) -> Volume:
    """The image of a case as it was when it was made: exact grid, unit, and mask of real data.

    Raises
    ------
    OutputDamaged
        If the account cannot be read.
    Scan2TrainError
        If the image cannot.
    """
    try:
        told = json.loads(account.read_bytes())
        case = Case(name=told["case"], folder=account.parent, account=told, root=account.parent)
        return stored_image(case)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise OutputDamaged("the account of a case cannot be read", where=account, found=error) from error


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file lies in a prepared set: of which case, and whether it is its image, labels or mask, if of any."""

    out: Path
    case: str = ""
    part: str = ""


def place_in_set(row: Mapping[str, Any]) -> Place | None:
    """The place of a row of the volumes table, whether the set or a folder in it is the source."""
    if row["format"] not in _STORED:
        return None
    file = Path(file_of(row))
    for out in file.parents:
        if is_prepared(out) and (out / CASES).is_dir():
            first, *more = file.relative_to(out).parts
            return Place(out, more[0], stem(more[1])) if first == CASES and len(more) > 1 else Place(out)
    return None


def _table(out: Path) -> dict[str, dict[str, Any]]:
    """The rows of the cases table by their names; none where a run has not come to its end."""
    import polars as pl

    table = out / TABLE
    return {row["case"]: row for row in pl.read_parquet(table).to_dicts()} if table.is_file() else {}


def _scan(place: Place) -> dict[str, Any]:
    """What the account of a case says of the scan; nothing where it cannot be read, which reading the case will say."""
    try:
        told = json.loads((place.out / CASES / place.case / ACCOUNT).read_bytes())
        return {name: value for name, value in told["scan"].items() if name in SCAN_FACTS}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
