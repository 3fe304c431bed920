"""Volumes that have something in common and are in two parts of a data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

#: Where a part stands among those of one data set.
_ORDER = ("train", "val", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """``rows`` of the volumes table that share something, the first of each split; ``affects`` of them in all."""

    rows: tuple[tuple[str, int], ...]
    affects: int


class Parts:
    """The parts that each volume is in."""

    def __init__(self, splits: pl.DataFrame) -> None:
        self._of: dict[int, list[tuple[str, str, int | None]]] = {}
        for row, split, fold, whole in splits.select("volume_row", "split", "fold", "set").iter_rows():
            self._of.setdefault(row, []).append((whole, split, fold))

    def shared(self, rows: Iterable[int]) -> Shared | None:
        """What of these volumes, which have something in common, is in two parts; ``None`` if nothing is.

        Parts of one fold are compared, and what belongs to no fold, as a test set, with all of them.
        """
        first: dict[tuple[str, str, int | None], int] = {}
        held = sorted(set(rows))
        for row in held:
            for part in self._of.get(row, ()):
                first.setdefault(part, row)
        parts = list(first)
        for at, (whole, split, fold) in enumerate(parts):
            for other_whole, other, other_fold in parts[at + 1 :]:
                if (
                    whole == other_whole
                    and split != other
                    and (None in (fold, other_fold) or fold == other_fold)
                ):
                    told = {split: first[whole, split, fold], other: first[other_whole, other, other_fold]}
                    ranked = sorted(told.items(), key=lambda one: _ORDER.index(one[0]))
                    return Shared(rows=tuple(ranked), affects=len(held))
        return None


def groups(keys: Mapping[int, Any]) -> Iterator[Sequence[int]]:
    """The rows of each key; a row without a key is in none."""
    by_key: dict[Any, list[int]] = {}
    for row, key in keys.items():
        if key not in (None, ""):
            by_key.setdefault(key, []).append(row)
    yield from by_key.values()
