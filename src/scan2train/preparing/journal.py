"""What is finished: one line a case, forced to the disk after the case's folder is in place."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scan2train.errors import OutputInUse
from scan2train.preparing.atomic import write_whole

_VERSION = 1
_BEGINNING = b'{"journal": '


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One finished case: its name, the key of all that went into it, and size and SHA-256 of its files."""

    case: str
    key: str
    files: Mapping[str, tuple[int, str]]

    def still_true(self, folder: Path) -> bool:
        """Whether the case's folder holds exactly these files, at these sizes."""
        try:
            found = dict(_sizes(folder))
        except OSError:
            return False
        return found == {name: size for name, (size, _) in self.files.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The lines of ``journal.jsonl``: what the run was asked for, then the finished cases.

    ``asked`` is ``None`` where there is no journal yet; the last line of a case counts. ``roots`` says where each
    source lay, by its name, as seen from the journal's folder: what is restored to its source later finds it so.
    """

    path: Path
    asked: Mapping[str, Any] | None
    entries: Mapping[str, Entry]
    roots: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Journal:
        """Read a journal; a last line that a crash cut short is cut off.

        Raises
        ------
        OutputInUse
            If the file is there and is no journal.
        """
        journal = cls.seen(path)
        text = path.read_bytes() if path.exists() else b""
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            os.truncate(path, whole)
        return journal

    @staticmethod
    def is_beginning(path: Path) -> bool:
        """Whether this may be a journal, were it of not even one whole line."""
        text = path.read_bytes() if path.exists() else b""
        return text[: len(_BEGINNING)] == _BEGINNING[: len(text)]

    @classmethod
    def seen(cls, path: Path) -> Journal:
        """As :meth:`load`, without changing the file."""
        text = path.read_bytes() if path.exists() else b""
        whole = text[: text.rfind(b"\n") + 1]
        try:
            first, *rest = [json.loads(line) for line in whole.splitlines()] or [
                {"journal": _VERSION, "asked": None}
            ]
            entries = [_entry(line) for line in rest if "roots" not in line]
            roots = {name: str(path) for line in rest for name, path in line.get("roots", {}).items()}
            version, asked = first["journal"], first["asked"]
        except (ValueError, KeyError, TypeError, AttributeError):
            version, asked, entries, roots = None, None, [], {}
        if version != _VERSION or not (whole or cls.is_beginning(path)):
            raise OutputInUse(
                "this is not a journal that this version can go on with",
                where=path,
                advice="Choose another output folder, or remove this one.",
            )
        return cls(path=path, asked=asked, entries={entry.case: entry for entry in entries}, roots=roots)

    def begin(self, asked: Mapping[str, Any]) -> None:
        """Start the file over with what the run is asked for, keeping no entry."""
        lines = _line({"journal": _VERSION, "asked": asked})
        write_whole(self.path, lines + (_line({"roots": dict(self.roots)}) if self.roots else b""))

    def add(self, entry: Entry) -> None:
        """Append one finished case and force the line to the disk."""
        self._append({"case": entry.case, "key": entry.key, "files": entry.files})

    def add_roots(self, roots: Mapping[str, str]) -> None:
        """Append where the sources lie now, unless that is known."""
        if any(self.roots.get(name) != path for name, path in roots.items()):
            self._append({"roots": dict(roots)})

    def _append(self, line: Mapping[str, Any]) -> None:
        with self.path.open("ab") as file:
            file.write(_line(line))
            file.flush()
            os.fsync(file.fileno())


def _sizes(folder: Path, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Path below ``folder`` and size of each file there."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _sizes(Path(entry.path), f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.stat().st_size


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"


def _entry(line: Mapping[str, Any]) -> Entry:
    files = {name: (size, sha256) for name, (size, sha256) in line["files"].items()}
    return Entry(case=line["case"], key=line["key"], files=files)
