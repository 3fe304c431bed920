"""Slices that lie where another one lies, under another UID: whether they are copies, byte for byte.

The index sets them apart as spares (``spare_…``) where the slices without them make a regular stack. Whether they are
copies only their pixels tell, and these are few: both files are compared where they are, without decoding.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from scan2train.knowledge.tolerances import GEO005_SAME_PLACE_MM
from scan2train.measures.gaps import gaps_between

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
    source = Path(row["source"])
    base = str(source if source.is_dir() else source.parent)
    return bool(twins) and all(_copies(row, base, at, row["spare_of"][at]) for at in twins)


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


def _copies(row: Mapping[str, Any], base: str, at: int, k: int) -> bool:
    if row["spare_frames"][at] != 1 or row["member_frames"][k] != 1:
        return False
    if any(row[f"spare_{name}"][at] != row[f"member_{name}"][k] for name in _MEANING):
        return False
    length = row["member_length"][k]
    if length != row["spare_length"][at] or length <= 0:
        return False
    try:
        with (
            _opened(f"{base}/{row['member_path'][k]}", row["member_size"][k]) as one,
            _opened(f"{base}/{row['spare_path'][at]}", row["spare_size"][at]) as other,
        ):
            one.seek(row["member_offset"][k])
            other.seek(row["spare_offset"][at])
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
