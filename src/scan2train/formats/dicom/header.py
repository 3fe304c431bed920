"""Many DICOM headers at once, into plain arrays: the compiled walk, in threads, block by block."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scan2train.formats.dicom.charset import decode
from scan2train.formats.dicom.header_columns import Layout, instance_layout
from scan2train.kernels import header_codes as codes
from scan2train.kernels.header_desk import Array
from scan2train.kernels.header_files import walk_files

#: Read only, in no case through a link, without waiting for the other end of a pipe.
OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOCTTY", 0)
#: The most of a file that is taken for its header.
HEADER_LIMIT = 64 << 20
_BLOCK = 2048

Ints = npt.NDArray[np.int64]


@dataclass(slots=True, kw_only=True)
class Headers:
    """What the walk of ``n`` files left: one row a file along every array's last axis.

    ``codes`` points into ``texts``, whose first element stands for "nothing"; ``noted`` holds further oddities by
    row, ``by_pydicom`` the rows that pydicom read.
    """

    layout: Layout
    numbers: npt.NDArray[np.float64]
    flags: npt.NDArray[np.uint8]
    codes: npt.NDArray[np.int32]
    facts: Ints
    texts: list[str | None] = field(default_factory=lambda: [None])
    noted: dict[int, list[str]] = field(default_factory=dict)
    by_pydicom: set[int] = field(default_factory=set)

    @classmethod
    def empty(cls, layout: Layout, n: int) -> Headers:
        """Arrays for ``n`` rows, not yet filled."""
        return cls(
            layout=layout,
            numbers=np.empty((len(layout.numbers), n)),
            flags=np.empty((len(layout.flags), n), dtype=np.uint8),
            codes=np.empty((len(layout.texts), n), dtype=np.int32),
            facts=np.empty((codes.N_FACTS, n), dtype=np.int64),
        )

    @property
    def columns(self) -> tuple[Array, Array, Array, Array]:
        """The four arrays in the order in which the kernels take them."""
        return self.numbers, self.flags, self.codes, self.facts

    def note(self, row: int, word: str) -> None:
        """Remember an oddity of one row."""
        words = self.noted.setdefault(row, [])
        if word not in words:
            words.append(word)

    def number(self, name: str) -> npt.NDArray[np.float64]:
        """The values of a numeric column, NaN where there is none."""
        at = [column.name for column in self.layout.numbers].index(name)
        values: npt.NDArray[np.float64] = self.numbers[at]
        return values

    def text_codes(self, name: str) -> npt.NDArray[np.int32]:
        """Positions in ``texts`` of a text column, 0 where there is none."""
        at = [column.name for column in self.layout.texts].index(name)
        values: npt.NDArray[np.int32] = self.codes[at]
        return values


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one block's sink holds, in Python's terms."""

    first: int
    last: int
    texts: list[str]
    noted: list[tuple[int, str]]


def joined(names: Sequence[str]) -> tuple[npt.NDArray[np.uint8], Ints]:
    """Names one after the other, each ended by a zero byte, and where each begins: as the kernels take them."""
    blob = np.frombuffer(("\0".join(names) + "\0").encode(), dtype=np.uint8)
    starts = np.zeros(len(names), dtype=np.int64)
    starts[1:] = np.flatnonzero(blob == 0)[: max(len(names) - 1, 0)] + 1
    return blob, starts


def read_headers(
    names: Sequence[str],
    sizes: Ints,
    mtimes: Ints,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
    folder: int = -1,
) -> Headers:
    """Walk the headers of many files.

    Parameters
    ----------
    names
        Names of the files; regular files, as far as the caller knows.
    sizes, mtimes
        Their sizes in bytes and times of change in ns. A file that turns out shorter is given up; where a size is
        negative, both are looked up (as far as the platform can) and put in.
    jobs
        Number of threads.
    progress
        Called with the number of files that a finished block held.
    folder
        Descriptor of an open folder that relative names are relative to.
    """
    headers = Headers.empty(instance_layout(), len(names))
    blob, starts = joined(names)

    def one(first: int) -> list[Decoded]:
        last = min(first + _BLOCK, len(names))
        parts, at = [], first
        while at < last:
            desk = headers.layout.desk()
            done = walk_files(
                folder,
                blob,
                starts,
                sizes,
                mtimes,
                OPEN_FLAGS,
                HEADER_LIMIT,
                at,
                last,
                *headers.columns,
                desk,
            )
            parts.append(decode_block(headers, desk, at, done))
            at = done
        if progress is not None:
            progress(last - first)
        return parts

    blocks = range(0, len(names), _BLOCK)
    if jobs > 1 and len(blocks) > 1:
        with ThreadPoolExecutor(jobs) as pool:
            found = list(pool.map(one, blocks))
    else:
        found = [one(first) for first in blocks]
    for part in (part for block in found for part in block):
        merge(headers, part)
    return headers


def merge(headers: Headers, part: Decoded) -> None:
    """Give a block's texts their places among all texts."""
    base = len(headers.texts)
    block = headers.codes[:, part.first : part.last]
    block[:] = np.where(block >= 0, block + base, 0)
    headers.texts.extend(part.texts)
    for row, word in part.noted:
        headers.note(row, word)


def decode_block(headers: Headers, desks: Array, first: int, last: int) -> Decoded:
    """Decode the distinct texts of a block and parse the numbers that the kernel left."""
    desk = desks[0]
    texts = desk["arena"][: desk["arena_used"]].tobytes().decode("ascii").split("\n")[:-1]
    noted: list[tuple[int, str]] = []
    raw = desk["raw"][: desk["raw_used"]].tobytes() if desk["raw_used"] else b""
    for entry, at, length, charset, row in desk["special"][: desk["n_special"]].tolist():
        text, clean = decode(raw[at : at + length], texts[charset] if charset >= 0 else None)
        if entry >= 0:
            texts[entry] = text
        if not clean:
            rows = (
                [row]
                if entry < 0
                else (first + np.flatnonzero((headers.codes[:, first:last] == entry).any(0))).tolist()
            )
            noted.extend((int(r), "undecodable-text") for r in rows)
    names = [column.name for column in headers.layout.numbers]
    done = set()
    # Of a doubled element the last one counts, and a number that the kernel could parse itself came after these.
    for row, column, at, length in reversed(desk["reparse"][: desk["n_reparse"]].tolist()):
        if (row, column) not in done and not (length >= 0 and np.isfinite(headers.numbers[column, row])):
            noted.extend(
                (row, word) for word in _parse_again(headers.numbers, row, column, names, raw, at, length)
            )
        done.add((row, column))
    return Decoded(first, last, texts, noted)


def _parse_again(
    numbers: npt.NDArray[np.float64],
    row: int,
    column: int,
    names: list[str],
    raw: bytes,
    at: int,
    length: int,
) -> list[str]:
    if length < 0:
        numbers[column, row] = np.nan
        return [f"non-finite:{names[column]}"]
    text = raw[at : at + length].strip(b" \0")
    try:
        # Python would read 1_000 as a thousand.
        value = float(text.replace(b"_", b"?"))
    except ValueError:
        return [f"bad-number:{names[column]}"]
    if not np.isfinite(value):
        return [f"non-finite:{names[column]}"]
    numbers[column, row] = value
    return []
