"""What ``.gitattributes`` says of a file: whether git hands it to LFS.

Reference: gitattributes(5), gitignore(5) for patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scan2train.knowledge.wildcards import STAR, along, one_name
from scan2train.repository.bounded import read_bounded

#: git itself reads no more of such a file.
_MOST_BYTES = 100 << 20
_MOST_LINE = 2048
_MACRO = "[attr]"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: what it matches, below which folder, and the states that it gives."""

    below: str
    pattern: tuple[re.Pattern[str] | None, ...]
    whole_path: bool
    states: tuple[tuple[str, str | None], ...]

    def matches(self, path: str) -> bool:
        if not path.startswith(self.below):
            return False
        rest = path[len(self.below) :]
        return along(rest.split("/") if self.whole_path else [rest.rpartition("/")[2]], self.pattern)


class Attributes:
    """The attributes of the files of one repository; each file of attributes is read once."""

    def __init__(self, top: Path, common: Path) -> None:
        """``top`` is the folder that is tracked, ``common`` the git folder that its work trees share."""
        self._top = top
        self._known: dict[str, tuple[_Line, ...]] = {}
        self._macros: dict[str, tuple[tuple[str, str | None], ...]] = {}
        self._info = self._read(common / "info" / "attributes", "", macros=True)

    def is_lfs(self, path: str) -> bool:
        """Whether ``filter=lfs`` holds for a file, by its path from the top: the last line that speaks of it counts."""
        value: str | None = None
        for line in self._lines(path):
            if line.matches(path):
                for name, state in line.states:
                    value = state if name == "filter" else value
        return value == "lfs"

    def _lines(self, path: str) -> Iterator[_Line]:
        """Lines that may speak of a file: the top's first, those of its own folder after, of the repository last."""
        parts = path.split("/")[:-1]
        for depth in range(len(parts) + 1):
            folder = "/".join(parts[:depth])
            if folder not in self._known:
                file = self._top / folder / ".gitattributes"
                self._known[folder] = self._read(file, f"{folder}/" if folder else "", macros=not folder)
            yield from self._known[folder]
        yield from self._info

    def _read(self, file: Path, below: str, *, macros: bool) -> tuple[_Line, ...]:
        content = read_bounded(file, _MOST_BYTES)
        if content is None:
            return ()
        found = []
        for raw in content.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff").splitlines():
            line = raw.strip(" \t\r")
            if not line or line.startswith("#") or len(line) > _MOST_LINE:
                continue
            name, states = _taken_apart(line)
            given = tuple(one for state in states for one in self._states(state))
            if name.startswith(_MACRO):
                if macros:
                    self._macros[name.removeprefix(_MACRO)] = given
            elif name and not name.startswith("!"):
                whole = "/" in name.rstrip("/")
                found.append(_Line(below, _pattern(name.removeprefix("/")), whole, given))
        return tuple(found)

    def _states(self, state: str) -> tuple[tuple[str, str | None], ...]:
        """Attribute and value of one word: ``name=value``, ``name``, ``-name``, ``!name``, or a macro."""
        if state[:1] in ("-", "!"):
            return ((state[1:], None),)
        name, _, value = state.partition("=")
        return ((name, value or "set"), *self._macros.get(state, ()))


def _taken_apart(line: str) -> tuple[str, list[str]]:
    """Pattern and states; a pattern with blanks stands in quotes, as a string of C."""
    if line.startswith('"'):
        quoted = re.match(r'"((?:[^"\\]|\\.)*)"(?=\s|$)', line)
        if quoted:
            return _unquoted(quoted[1]), line[quoted.end() :].split()
    name, *states = line.split()
    return (name + states.pop(0), states) if name == _MACRO and states else (name, states)


def _unquoted(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        escaped: str = found[1]
        if escaped[0].isdigit():
            return bytes([int(escaped, 8) & 0xFF]).decode("latin-1")
        return _ESCAPES.get(escaped, escaped)

    plain = re.sub(r"\\([0-3][0-7]{2}|.)", one, text)
    # Octal escapes are bytes of UTF-8.
    return (
        plain.encode("latin-1", errors="ignore").decode("utf-8", errors="surrogateescape")
        if "\\" in text
        else plain
    )


@cache
def _pattern(text: str) -> tuple[re.Pattern[str] | None, ...]:
    """A pattern of gitignore, name by name: ``None`` for ``**``, which at the end is at least one name."""
    parts = [None if part == "**" else _name(part) for part in text.split("/")]
    return (*parts, _name("*")) if parts[-1] is None else tuple(parts)


def _name(text: str) -> re.Pattern[str]:
    """``*`` and ``?``, classes in brackets, and letters after a backslash."""
    pieces, at = [], 0
    while at < len(text):
        rest = text[at:]
        if rest[0] == "[" and (found := re.match(r"\[([!^]?)(\]?(?:\\.|[^\]\\])*)\]", rest)):
            pieces.append(f"[{'^' if found[1] else ''}{_class(found[2])}]")
            at += found.end()
        elif rest[0] == "\\" and len(rest) > 1:
            pieces.append(re.escape(rest[1]))
            at += 2
        else:
            pieces.append({"*": STAR, "?": "[^/]"}.get(rest[0]) or re.escape(rest[0]))
            at += 1
    try:
        return one_name(pieces)
    except re.error:
        return re.compile(r"(?!)")


def _class(text: str) -> str:
    return re.sub(r"([\[\]&~|^])", r"\\\1", text)
