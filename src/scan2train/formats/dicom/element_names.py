"""What elements are called: by the standard's dictionary, by pydicom's of private elements, or by the user's own.

A dictionary of one's own is a CSV with the columns creator, group, element, vr and name, or a JSON list of objects with
these keys. Group and element are hexadecimal; of the element only the last two digits count, since the first two are
those of the block that the creator has reserved in each file (PS3.5 7.8.1).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from scan2train.errors import WrongUse
from scan2train.formats.regular import open_regular

_COLUMNS = ("creator", "group", "element", "vr", "name")
_MOST = 16 << 20
#: Creator in capitals, group, last byte of the element -> VR and name.
Private = Mapping[tuple[str, int, int], tuple[str, str]]


class Called(NamedTuple):
    """Keyword and name, and the VR that the dictionary gives."""

    keyword: str
    name: str
    vr: str


def read_private(path: Path) -> Private:
    """A dictionary of private elements from a CSV or JSON file.

    Raises
    ------
    WrongUse
        If it is neither, or a line lacks a column or has no hexadecimal number where one must be.
    """
    with open_regular(path) as file:
        text = file.read(_MOST).decode("utf-8-sig", "replace")
    try:
        rows: Iterable[Any] = (
            json.loads(text) if text.lstrip()[:1] in ("[", "{") else csv.DictReader(io.StringIO(text))
        )
        known = {}
        for number, row in enumerate(rows, start=1):
            cells = {str(key).strip().lower(): str(cell).strip() for key, cell in row.items()}
            lacking = [column for column in _COLUMNS if not cells.get(column)]
            if lacking:
                raise _unusable(path, f"entry {number} has no {', '.join(lacking)}")
            place = (cells["creator"].upper(), int(cells["group"], 16), _last_byte(cells["element"]))
            known[place] = (cells["vr"].upper()[:2], cells["name"])
    except (ValueError, AttributeError, csv.Error) as error:
        raise _unusable(path, str(error)) from error
    if not known:
        raise _unusable(path, "no entry")
    return known


def called(tag: int, creator: str, private: Private) -> Called:
    """How the element ``tag``, below ``creator`` if it is private, is called; empty words where nothing knows it."""
    from pydicom.datadict import dictionary_description, dictionary_VR, keyword_for_tag

    group, element = tag >> 16, tag & 0xFFFF
    if group % 2:
        return _private(group, element, creator, private)
    try:
        return Called(keyword_for_tag(tag), dictionary_description(tag), dictionary_VR(tag))
    except KeyError:
        return Called("", "Group Length", "UL") if element == 0 else Called("", "", "UN")


def _private(group: int, element: int, creator: str, private: Private) -> Called:
    from pydicom.datadict import private_dictionary_description, private_dictionary_VR

    if element == 0:
        return Called("", "Group Length", "UL")
    if 0x10 <= element <= 0xFF:
        return Called("", "Private Creator", "LO")
    own = private.get((creator.upper(), group, element & 0xFF))
    if own is not None:
        return Called("", own[1], own[0])
    try:
        tag = group << 16 | element
        return Called("", private_dictionary_description(tag, creator), private_dictionary_VR(tag, creator))
    except KeyError:
        return Called("", "", "UN")


def _last_byte(text: str) -> int:
    return int(text.lower().replace("x", "0")[-2:], 16)


def _unusable(path: Path, found: str) -> WrongUse:
    return WrongUse(
        "is no dictionary of private elements",
        where=path,
        expected="CSV with the columns creator, group, element, vr, name, or a JSON list of such objects",
        found=found,
    )
