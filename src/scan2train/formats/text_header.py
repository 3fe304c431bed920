"""Headers that are lines of text: read to their end and not a byte further than a header may be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scan2train.errors import HostileFile, NonconformingHeader
from scan2train.formats.regular import open_regular

#: Longest header and longest line, in bytes. Headers with all of a patient's segments or gradients stay far below.
MOST_HEADER, MOST_LINE = 1 << 20, 1 << 16


def header_lines(path: Path, is_last: Callable[[str], bool]) -> tuple[list[str], int]:
    """Lines of a header, the last one included, and the offset of the byte that follows.

    The end of the file ends a header too.

    Raises
    ------
    HostileFile
        If a line or the whole is longer than a header may be.
    """
    with open_regular(path) as file:
        head = file.read(MOST_HEADER + 1)
    lines: list[str] = []
    at = 0
    while at < len(head):
        end = head.find(b"\n", at, at + MOST_LINE)
        if end < 0 and at + MOST_LINE < len(head):
            raise HostileFile(
                "a line of the header is longer than a header's line may be", where=path, expected=MOST_LINE
            )
        end = len(head) if end < 0 else end + 1
        line = head[at:end].decode("utf-8", "surrogateescape").rstrip("\r\n")
        lines.append(line)
        at = end
        if is_last(line):
            return lines, at
    if at > MOST_HEADER:
        raise HostileFile("the header does not end", where=path, expected=f"{MOST_HEADER} bytes at most")
    return lines, at


def whole_numbers(text: str, name: str, path: Path) -> tuple[int, ...]:
    """Whole numbers separated by spaces.

    Raises
    ------
    NonconformingHeader
        If one is none.
    """
    try:
        return tuple(int(word) for word in text.split())
    except ValueError as error:
        raise NonconformingHeader(
            f"{name} must be whole numbers", where=path, found=ascii(text[:80])
        ) from error


def whole_number(text: str, name: str, path: Path) -> int:
    """One whole number.

    Raises
    ------
    NonconformingHeader
        If it is none, or there are several.
    """
    found = whole_numbers(text, name, path)
    if len(found) != 1:
        raise NonconformingHeader(f"{name} must be one number", where=path, found=ascii(text[:80]))
    return found[0]


def numbers(text: str, name: str, path: Path) -> tuple[float, ...]:
    """Numbers separated by spaces, NaN and infinity included: what uses them judges them.

    Raises
    ------
    NonconformingHeader
        If one is none.
    """
    try:
        return tuple(float(word) for word in text.split())
    except ValueError as error:
        raise NonconformingHeader(f"{name} must be numbers", where=path, found=ascii(text[:80])) from error


def sizes(text: str, axes: int, name: str, path: Path) -> tuple[int, ...]:
    """Sizes of ``axes`` axes, each at least 1.

    Raises
    ------
    NonconformingHeader
        If there are fewer or more, or one is below 1.
    """
    found = whole_numbers(text, name, path)
    if len(found) != axes or min(found) < 1:
        raise NonconformingHeader(
            f"impossible {name}", where=path, expected=f"{axes} numbers of at least 1", found=ascii(text[:80])
        )
    return found
