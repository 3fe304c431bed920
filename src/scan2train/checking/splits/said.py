"""What a split file says: which cases are in which part."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.formats.delimited import rows_of, small_text
from scan2train.knowledge.split_names import TRAIN, VAL, split_word

_MOST_BYTES = 64 << 20
_ADVICE = (
    'Name a JSON of {"train": [...], "val": [...], "test": [...]} or {"folds": [{"train": [...], "val": [...]}], '
    '"test": [...]}, splits_final.json of nnU-Net, or a CSV with the columns case and split.'
)
#: Columns of a table, and fields of an entry, by what they hold; the first that is there counts.
_CASE: Final = (
    *(
        "case",
        "case_id",
        "caseid",
        "case_name",
        "file",
        "filename",
        "file_name",
        "file_path",
        "filepath",
        "path",
    ),
    *("image", "image_path", "image_id", "scan", "volume", "id", "uid", "name", "series", "series_uid"),
    *("series_instance_uid", "seriesinstanceuid", "study", "study_uid", "studyinstanceuid"),
)
_PATIENT: Final = (
    *("patient", "patient_id", "patientid", "subject", "subject_id", "subjectid"),
    *("participant", "participant_id", "person"),
)
_SPLIT: Final = ("split", "set", "subset", "partition", "part", "usage", "group", "phase", "dataset")
_FOLD: Final = ("fold", "fold_id", "cv", "kfold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One case in one part; ``fold`` is ``None`` where there is one split alone, or for all folds."""

    case: str
    split: str
    fold: int | None = None
    patient: str | None = None


def read_split(path: str | os.PathLike[str]) -> list[Said]:
    """Read a split file, JSON or CSV by its content.

    Raises
    ------
    WrongUse
        If it cannot be read, or says of no case which part it is in.
    """
    place = Path(path)
    try:
        text = small_text(place, _MOST_BYTES)
        found = list(
            _of_json(json.loads(text)) if text.lstrip()[:1] in ("{", "[") else _of_rows(list(rows_of(text)))
        )
    except WrongUse as error:
        raise WrongUse(error.message, where=place, found=error.found, advice=_ADVICE) from error
    except Scan2TrainError as error:
        raise WrongUse(
            "the split file cannot be read",
            where=place,
            found=error.message,
            advice="Check the path; `scan2train split` writes such a file.",
        ) from error
    except (ValueError, RecursionError, csv.Error) as error:
        raise WrongUse(
            "the split file is neither JSON nor CSV", where=place, found=str(error), advice=_ADVICE
        ) from error
    if not found:
        raise WrongUse("the split file names no case of any part", where=place, advice=_ADVICE)
    return found


def _of_json(content: Any) -> Iterator[Said]:
    if isinstance(content, dict):
        yield from _of_mapping(content)
        return
    entries = [one for one in content if isinstance(one, dict)]
    if all(map(_parts, entries)):
        for fold, one in enumerate(entries):
            yield from _listed(one, fold)
    else:
        yield from _of_rows(entries)


def _of_mapping(content: Mapping[str, Any]) -> Iterator[Said]:
    folds = content.get("folds")
    every = list(folds.values()) if isinstance(folds, dict) else folds if isinstance(folds, list) else []
    for fold, one in enumerate(every):
        if isinstance(one, dict):
            yield from _listed(one, fold)
    if _parts(content):
        yield from _listed(content, None)
    elif not folds:
        for case, value in content.items():
            split = split_word(value) if isinstance(value, str) else None
            if split is not None:
                yield Said(case=case, split=split)


def _parts(content: Mapping[str, Any]) -> dict[str, Any]:
    """The lists of cases by part."""
    told = ((split_word(key), value) for key, value in content.items())
    return {split: value for split, value in told if split is not None and isinstance(value, list)}


def _listed(content: Mapping[str, Any], fold: int | None) -> Iterator[Said]:
    for split, entries in _parts(content).items():
        with_fold = [
            one for one in entries if isinstance(one, dict) and _integer(one.get("fold")) is not None
        ]
        if split == TRAIN and with_fold:
            yield from _by_fold(with_fold)
            continue
        for one in entries:
            named = one if isinstance(one, dict) else {"case": one}
            said = _said(named, split, fold)
            if said is not None:
                yield said


def _by_fold(entries: Sequence[Mapping[str, Any]]) -> Iterator[Said]:
    """Entries that are validated on in one fold and trained on in all others."""
    numbers = sorted({number for one in entries if (number := _integer(one["fold"])) is not None})
    for one in entries:
        for number in numbers:
            said = _said(one, VAL if _integer(one["fold"]) == number else TRAIN, number)
            if said is not None:
                yield said


def _of_rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[Said]:
    """One entry a case, with its part, or the fold in which it is validated on."""
    plain = [
        {str(key).strip().lower().replace(" ", "_"): value for key, value in row.items()} for row in rows
    ]
    if not plain:
        return
    columns = set().union(*plain)
    by_split = [name for name in _SPLIT if name in columns and any(_word(row.get(name)) for row in plain)]
    by_fold = [name for name in _FOLD if name in columns]
    if not by_split and by_fold:
        yield from _by_fold([{**row, "fold": row.get(by_fold[0])} for row in plain])
        return
    if not by_split:
        raise WrongUse(
            "the split file has no column that says train, val or test", found=", ".join(sorted(columns))
        )
    for at, row in enumerate(plain, start=1):
        told = row.get(by_split[0])
        split = _word(told)
        if split is None:
            if told in (None, ""):
                continue
            raise WrongUse("the split file names a part that is none", found=f"{told!r} in entry {at}")
        said = _said(row, split, _integer(row.get(by_fold[0])) if by_fold else None)
        if said is None:
            raise WrongUse("the split file has no column that names cases", found=", ".join(sorted(columns)))
        yield said


def _said(entry: Mapping[str, Any], split: str, fold: int | None) -> Said | None:
    patient = _first(entry, _PATIENT)
    case = _first(entry, _CASE) or patient
    return None if case is None else Said(case=case, split=split, fold=fold, patient=patient)


def _first(entry: Mapping[str, Any], names: Sequence[str]) -> str | None:
    for name in names:
        value = entry.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        if value not in (None, "") and isinstance(value, (str, int)):
            return str(value).strip()
    return None


def _word(value: object) -> str | None:
    return split_word(value) if isinstance(value, str) else None


def _integer(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if text.isdecimal() and len(text) <= 3 else None
