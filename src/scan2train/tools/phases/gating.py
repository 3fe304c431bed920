"""R peaks and breaths that were recorded beside the scans, and where between two of them a scan lies."""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from scan2train.errors import WrongUse
from scan2train.formats.delimited import rows_of, small_text
from scan2train.tools.phases.cardiac import Place
from scan2train.tools.phases.times import Times

_MOST: Final = 64 << 20
_KINDS: Final = ("r", "breath")
#: Between neighbours that are further apart one was missed, or nothing was recorded.
_LONGEST_S: Final = {"r": 2.5, "breath": 15.0}
#: A volume whose slices took a larger part of the way than this has no one phase.
_MOST_PART: Final = 0.25
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)")
_NAMES: Final = {"r": "R peaks", "breath": "breaths"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gating:
    """Moments in seconds since midnight, in order, of each kind; ``study_uid`` "" is any study."""

    moments: dict[tuple[str, str], tuple[float, ...]]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a table (CSV) with the columns ``time``, ``kind`` (r or breath) and, if need be, ``study_uid``.

        Times are seconds since midnight, or HH:MM:SS with a fraction, by the clock of the headers.

        Raises
        ------
        WrongUse
            If it cannot be read, lacks a column, or a cell cannot be meant.
        """
        try:
            rows = list(rows_of(small_text(path, _MOST)))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise WrongUse("the table of gates cannot be read", where=path, found=error) from error
        if not rows or not {"time", "kind"} <= set(rows[0]):
            raise WrongUse(
                "this is no table of gates",
                where=path,
                expected="a first line with the columns time and kind, and a row each R peak or breath",
                found=", ".join(rows[0]) if rows else "no row",
            )
        moments: dict[tuple[str, str], list[float]] = {}
        for number, row in enumerate(rows, start=2):
            kind = (row["kind"] or "").strip().lower()
            at = _seconds(row["time"] or "")
            if kind not in _KINDS or at is None:
                raise WrongUse(
                    "a row of the table of gates cannot be read",
                    where=f"{path}, line {number}",
                    expected="r or breath, and seconds since midnight or HH:MM:SS.fff",
                    found=f"{row['kind']!r}, {row['time']!r}",
                )
            moments.setdefault((kind, (row.get("study_uid") or "").strip()), []).append(at)
        return cls(moments={key: tuple(sorted(own)) for key, own in moments.items()})

    def place(self, kind: str, study_uid: str, times: Times) -> Place:
        """Where between two moments the middle of a scan lies; nothing where it took too much of the way."""
        own = self.moments.get((kind, study_uid)) or self.moments.get((kind, ""), ())
        if times.first_s is None or times.last_s is None or len(own) < 2:
            return Place()
        middle = (times.first_s + times.last_s) / 2
        at = bisect_right(own, middle)
        if not 0 < at < len(own):
            return Place()
        before, after = own[at - 1], own[at]
        length = after - before
        if length > _LONGEST_S[kind] or times.last_s - times.first_s > _MOST_PART * length:
            return Place()
        return Place(percent=round(100 * (middle - before) / length, 3), by=f"recorded {_NAMES[kind]}")


def _seconds(text: str) -> float | None:
    if found := _CLOCK.fullmatch(text.strip()):
        return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value < 172_800 else None
