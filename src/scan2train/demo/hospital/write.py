"""Writes the hospital, and knows what was planted in it."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scan2train.demo.hospital.bad_files import bad_files
from scan2train.demo.hospital.bad_labels import bad_labels
from scan2train.demo.hospital.bad_places import bad_places
from scan2train.demo.hospital.bad_series import bad_series
from scan2train.demo.hospital.bad_values import bad_values
from scan2train.demo.hospital.clean import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scan2train.demo.hospital.entry import Entry

#: What the spacings of all scans together amount to is said of the whole.
OF_THE_WHOLE: Final = "SET001"


@cache
def entries() -> tuple[Entry, ...]:
    """Everything that lies in the hospital: what is sound, then the faults."""
    groups = (clean, bad_files, bad_values, bad_places, bad_series, bad_labels)
    return tuple(entry for group in groups for entry in group())


def planted() -> Mapping[str, str]:
    """Where a fault was planted, to the code of the rule that must find it."""
    return MappingProxyType({entry.where: entry.code for entry in entries() if entry.code})


def write_hospital(folder: Path) -> None:
    """Write all entries below ``folder``."""
    for entry in entries():
        entry.build(folder)
