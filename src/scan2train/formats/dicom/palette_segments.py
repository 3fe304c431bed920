"""Colour tables that come in segments: runs of entries, straight lines, and copies of segments (PS3.3 C.7.9.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2


def expand_segments(numbers: Sequence[int], width: int, most: int) -> list[int]:
    """The entries of a segmented table.

    Parameters
    ----------
    numbers
        Segments: opcode, length, and what follows, each a number of ``width`` bytes.
    width
        Bytes of an entry, 1 or 2. Offsets of copied segments count bytes.
    most
        No table has more entries than this.

    Raises
    ------
    ValueError
        If an opcode does not exist, a segment runs over the end, a line begins nowhere, a copy copies copies, or
        there are too many entries.
    """
    made: list[int] = []
    at = 0
    # One number that is left is padding to an even length.
    while at + 1 < len(numbers):
        at = _segment(numbers, at, width, most, made)
    return made


def _segment(numbers: Sequence[int], at: int, width: int, most: int, made: list[int], depth: int = 0) -> int:
    """Append the segment at ``at``; where the next one begins."""
    opcode, length = numbers[at], numbers[at + 1]
    at += 2
    if opcode == _DISCRETE:
        end = at + length
        made.extend(numbers[at:end])
    elif opcode == _LINEAR and made:
        end = at + 1
        begin, last = made[-1], int(numbers[at])
        line = np.arange(1, length + 1) * ((last - begin) / max(length, 1)) + begin
        made.extend(np.floor(line + 0.5).astype(int).tolist())
    elif opcode == _INDIRECT and depth == 0:
        words = 4 // width
        end = at + words
        place = sum(number << (8 * width * n) for n, number in enumerate(numbers[at:end])) // width
        for _ in range(length):
            place = _segment(numbers, place, width, most, made, depth + 1)
    else:
        raise ValueError(f"segment {opcode} cannot stand at {at - 2}")
    if end > len(numbers) or len(made) > most:
        raise ValueError("segments run over the end of their table")
    return end
