"""A trait as columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scan2train.cohort.permuted import category_block, rank_block

#: More levels than this are joined, the rarest first.
_MOST_LEVELS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """``columns`` of ``freedom`` degrees; two of one ``key`` part the cases in the same way."""

    columns: npt.NDArray[np.floating]
    freedom: int
    key: bytes


def block_of(levels: Sequence[object], *, numeric: bool) -> Block | None:
    """Columns of a trait; ``None`` where it is the same for all, or each case has a value of its own.

    Levels of one case only are joined: what nobody shares cannot tell a label.
    """
    if numeric:
        values = np.array([np.nan if one is None else float(str(one)) for one in levels])
        columns = rank_block(values)
        if not np.any(columns):
            return None
        sign = np.sign(columns[np.flatnonzero(np.abs(columns[:, 0]) > 1e-9)[0], 0])
        return Block(columns=columns, freedom=1, key=b"r" + np.round(columns * sign, 6).tobytes())
    codes = _joined([str(one) if one is not None else None for one in levels])
    n = int(codes.max()) + 1
    if n < 2:
        return None
    return Block(columns=category_block(codes), freedom=n - 1, key=b"c" + codes.tobytes())


def _joined(levels: Sequence[str | None]) -> npt.NDArray[np.int64]:
    """Numbers of levels in the order of their first case, the rare ones joined."""
    counts: dict[str | None, int] = {}
    for one in levels:
        counts[one] = counts.get(one, 0) + 1
    kept = {one for one in sorted(counts, key=lambda one: -counts[one])[:_MOST_LEVELS] if counts[one] > 1}
    numbers: dict[object, int] = {}
    alone = object()
    found = [numbers.setdefault(one if one in kept else alone, len(numbers)) for one in levels]
    return np.array(found, dtype=np.int64)
