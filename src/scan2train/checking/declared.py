"""What a data set declares of its labels: the nearest dataset.json at or above a mask's folder, within its source."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scan2train.errors import Scan2TrainError
from scan2train.formats.regular import open_regular
from scan2train.tables.source_folder import source_folder

_NAME = "dataset.json"
#: Lists of thousands of cases stay below this; what is larger is no declaration.
_MOST_BYTES = 16 << 20
_DIGITS = re.compile(r"[0-9]+")


class Declarations:
    """What is declared where, each file read once."""

    def __init__(self) -> None:
        self._known: dict[Path, dict[int, str]] = {}

    def of(self, row: Mapping[str, Any]) -> dict[int, str]:
        """Value and name of each class that is declared for the mask of a row of the volumes table; empty if none is.

        Read are ``labels`` of nnU-Net (a name and its value, or a list of values for a region) and of the Medical
        Segmentation Decathlon (a value as text, and its name). A file that is neither is passed over, and so
        is one with a value that is no whole number.
        """
        root = source_folder(row["source"])
        folder = (root / (row["path"] or "")).parent
        for one in (folder, *folder.parents):
            if not one.is_relative_to(root):
                break
            if one not in self._known:
                self._known[one] = _read(one / _NAME, root)
            if self._known[one]:
                return self._known[one]
        return {}


def _read(path: Path, root: Path) -> dict[int, str]:
    if not path.resolve().is_relative_to(root.resolve()):
        return {}
    try:
        with open_regular(path) as file:
            content = file.read(_MOST_BYTES + 1)
        return _classes(json.loads(content)["labels"]) if len(content) <= _MOST_BYTES else {}
    except (Scan2TrainError, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _classes(labels: Mapping[str, Any]) -> dict[int, str]:
    names: dict[int, list[str]] = {}
    for key, value in labels.items():
        if isinstance(value, str):
            names.setdefault(_value(key), []).append(value)
        else:
            for one in value if isinstance(value, list) else [value]:
                names.setdefault(_value(one), []).append(str(key))
    return {value: " and ".join(those) for value, those in sorted(names.items())}


def _value(said: object) -> int:
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    if isinstance(said, str) and _DIGITS.fullmatch(said):
        return int(said)
    raise ValueError(said)
