"""Dates moved by the same number of days, so that what lies between them stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: Where the study's own date is moved to.
FIRST = date(1900, 1, 1)
_OWN = ("StudyDate", "SeriesDate", "AcquisitionDate", "AcquisitionDateTime", "ContentDate")


def days_to_first(dataset: Dataset) -> int | None:
    """How many days a data set's dates are to be moved; ``None`` where it tells no day."""
    for name in _OWN:
        own = _day(str(dataset.get(name) or ""))
        if own is not None:
            return (FIRST - own).days
    return None


def moved(text: str, days: int | None) -> str:
    """A date, or date and time, ``days`` later; empty where it is none or would leave the calendar."""
    own = _day(text)
    if own is None or days is None:
        return ""
    try:
        return (own + timedelta(days=days)).strftime("%Y%m%d").rjust(8, "0") + text[8:]
    except OverflowError:
        return ""


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
