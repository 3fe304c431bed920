"""The table that says which case has which label."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scan2train.cohort.permuted import LabelColumns, class_columns, number_columns
from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.formats.delimited import rows_of, small_text

_COLUMNS = ("case", "label")
_FEWEST = 4
#: Numbers of more values than this are quantities; fewer are classes.
_MOST_CLASSES = 12
_LARGEST = 256 << 20


def read_labels(path: Path) -> dict[str, str]:
    """The label of each case, from a CSV file (commas, semicolons or tabs) with the columns ``case`` and ``label``.

    Cases without a label are left out.

    Raises
    ------
    WrongUse
        If the file cannot be read, lacks a column, or gives one case two labels.
    """
    try:
        return _read(rows_of(small_text(path, _LARGEST)))
    except WrongUse as error:
        raise WrongUse(
            error.message, where=path, expected=error.expected, found=error.found, advice=error.advice
        ) from error
    except Scan2TrainError as error:
        raise WrongUse("the table of labels cannot be read", where=path, found=error.message) from error
    except (ValueError, csv.Error) as error:
        raise WrongUse("the table of labels cannot be read", where=path, found=error) from error


def _read(rows: csv.DictReader[str]) -> dict[str, str]:
    names = {str(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if any(name not in names for name in _COLUMNS):
        raise WrongUse(
            "the table of labels lacks a column",
            expected="the columns case,label",
            found=", ".join(names) or "nothing",
            advice="The first line names the columns; a case is a folder's name, a PatientID or a file's stem.",
        )
    found: dict[str, str] = {}
    for line, row in enumerate(rows, start=2):
        case, label = (str(row[names[name]] or "").strip() for name in _COLUMNS)
        if not case or not label:
            continue
        if found.setdefault(case, label) != label:
            raise WrongUse(
                "one case has two labels",
                found=f"line {line}",
                advice="Give each case one label; leave out those that are not clear.",
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Labels of cases in their order: columns for the test, and what they are in words.

    ``names`` are the classes, empty for numbers; ``codes`` the class of each case, from 0.
    """

    columns: LabelColumns
    names: tuple[str, ...]
    codes: npt.NDArray[np.integer]


def as_labels(values: list[str]) -> Labels:
    """Classes, or numbers where all are numbers and there are many of them.

    Raises
    ------
    WrongUse
        If there are too few cases, one label only, or nearly as many classes as cases.
    """
    distinct = sorted(set(values))
    if len(values) < _FEWEST or len(distinct) < 2:
        raise WrongUse(
            "these labels cannot be tested",
            expected=f"at least {_FEWEST} cases that were found, and two different labels",
            found=f"{len(values)} cases, {len(distinct)} labels",
            advice="Add cases to the table, and compare its column case with the names below the source.",
        )
    numbers = _numbers(values)
    if numbers is not None and (len(distinct) > _MOST_CLASSES or len(distinct) > len(values) // 2):
        return Labels(columns=number_columns(numbers), names=(), codes=np.zeros(len(values), dtype=np.intp))
    if len(distinct) > len(values) // 2:
        raise WrongUse(
            "there are too many classes for these cases",
            expected="at least two cases a class, or numbers",
            found=f"{len(distinct)} labels of {len(values)} cases",
            advice="Put labels together into fewer classes; the column label is no place for the name of a case.",
        )
    codes = np.searchsorted(distinct, values)
    return Labels(columns=class_columns(codes), names=tuple(distinct), codes=codes)


def _numbers(values: list[str]) -> npt.NDArray[np.float64] | None:
    try:
        found = [float(value) for value in values]
    except ValueError:
        return None
    return np.array(found) if all(math.isfinite(value) for value in found) else None
