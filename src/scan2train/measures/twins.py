"""Slices that lie where another one lies, under another UID: whether they are copies, byte for byte.

The index sets them apart as spares (``spare_…``) where the slices without them make a regular stack. Whether they are
copies only their pixels tell, and these are few: both files are compared where they are, without decoding.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any, BinaryIO

from scan2train.knowledge.tolerances import GEO005_SAME_PLACE_MM
from scan2train.measures.gaps import gaps_between
from scan2train.tables.source_folder import source_folder

_SLAB = 1 << 20
#: So many places are named one by one.
_NAMED = 4
#: What must be equal beside the bytes, for the same bytes to mean the same values.
_MEANING = ("slope", "intercept", "padding_value", "padding_limit", "transfer_syntax", "pixel_kind")


def twins_of(row: Mapping[str, Any]) -> list[int]:
    """Which of a volume's spares are slices of their own, and no second file of the slice that they lie on."""
    return [
        at
        for at, k in enumerate(row["spare_of"] or ())
        if any(row[f"spare_{name}"][at] != row[f"member_{name}"][k] for name in ("uid", "frame"))
    ]


def twins_are_copies(row: Mapping[str, Any]) -> bool:
    """Whether there are such twins, and each holds the very pixel data of its slice.

    Not where a file is gone or has changed, or holds several frames: what is not known to be a copy is none.
    """
    twins = twins_of(row)
    return bool(twins) and all(_copies(row, at, row["spare_of"][at]) for at in twins)


def doubled_slices(row: Mapping[str, Any]) -> list[int]:
    """For each slice too many, the slice that it lies on: its number in order of k."""
    twins = [row["spare_of"][at] for at in twins_of(row)]
    gaps = gaps_between(row["member_position_mm"])
    if twins or gaps is None:
        return twins
    close: list[int] = (gaps.sizes <= GEO005_SAME_PLACE_MM).nonzero()[0].tolist()
    return close


def told_doubles(row: Mapping[str, Any]) -> str:
    """These slices in words: how many, and where."""
    doubled = doubled_slices(row)
    at = [f"slice {k} (at {row['member_position_mm'][k]:.5g} mm)" for k in dict.fromkeys(doubled)]
    return f"{len(doubled)} more at the places of {', '.join(at[:_NAMED])}" + (
        ", …" if len(at) > _NAMED else ""
    )


def same_slices(row: Mapping[str, Any], one: int, other: int) -> bool:
    """Whether two of a volume's own slices hold the very same pixel data, and mean the same by it."""
    return _same(row, _slice(row, "member", one), _slice(row, "member", other))


def _copies(row: Mapping[str, Any], at: int, k: int) -> bool:
    return _same(row, _slice(row, "member", k), _slice(row, "spare", at))


def _slice(row: Mapping[str, Any], whose: str, at: int) -> dict[str, Any]:
    names = (*_MEANING, "path", "size", "frames", "offset", "length")
    return {name: row[f"{whose}_{name}"][at] for name in names}


def _same(row: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    if mine["frames"] != 1 or theirs["frames"] != 1:
        return False
    if any(mine[name] != theirs[name] for name in _MEANING):
        return False
    length = mine["length"]
    if length != theirs["length"] or length <= 0:
        return False
    base = source_folder(row["source"])
    try:
        with (
            _opened(f"{base}/{mine['path']}", mine["size"]) as one,
            _opened(f"{base}/{theirs['path']}", theirs["size"]) as other,
        ):
            one.seek(mine["offset"])
            other.seek(theirs["offset"])
            return _equal(one, other, length)
    except OSError:
        return False


def _opened(path: str, size: int) -> BinaryIO:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode) or about.st_size != size:
        os.close(handle)
        raise OSError("is not the file that was indexed")
    return os.fdopen(handle, "rb")


def _equal(one: BinaryIO, other: BinaryIO, length: int) -> bool:
    while length > 0:
        mine = one.read(min(length, _SLAB))
        if not mine or mine != other.read(len(mine)):
            return False
        length -= len(mine)
    return True
