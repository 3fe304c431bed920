"""What is finished: one line a case, forced to the disk after the case's folder is in place.

Further lines say where the sources lay, and what the files of the set as a whole hold.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scan2train.errors import OutputInUse
from scan2train.preparing.atomic import write_whole
from scan2train.preparing.hidden import is_hidden

_VERSION = 1
_BEGINNING = b'{"journal": '


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One finished case: its name, the key of all that went into it, and size and SHA-256 of its files."""

    case: str
    key: str
    files: Mapping[str, tuple[int, str]]

    def still_true(self, folder: Path) -> bool:
        """Whether the case's folder holds exactly these files, at these sizes, besides hidden ones."""
        try:
            found = {name: size for name, size in _sizes(folder) if not is_hidden(name)}
        except OSError:
            return False
        return found == {name: size for name, (size, _) in self.files.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The lines of ``journal.jsonl``: what the run was asked for, then the finished cases.

    ``asked`` is ``None`` where there is no journal yet; the last line of a case counts. ``roots`` says where each
    source lay, by its name, as seen from the journal's folder: what is restored to its source later finds it so.
    ``beside`` has size and SHA-256 of the files of the set as a whole, by their path below that folder; those that a
    run is writing now, or was when it was cut off, are not in it. ``damaged`` counts lines that cannot be read: what
    they said is done again.
    """

    path: Path
    asked: Mapping[str, Any] | None
    entries: Mapping[str, Entry]
    roots: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    damaged: int = 0

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
        lines = text[: text.rfind(b"\n") + 1].splitlines()
        try:
            first: dict[str, Any] = json.loads(lines[0]) if lines else {"journal": _VERSION, "asked": None}
            version, asked = first["journal"], first["asked"]
        except (ValueError, KeyError, TypeError):
            version, asked = None, None
        if version != _VERSION or not (lines or cls.is_beginning(path)):
            raise OutputInUse(
                "this is not a journal that this version can go on with",
                where=path,
                advice="Put it back from a copy, or choose another output folder. The cases here may be whole all the "
                "same: each account.json says what was done, and has the SHA-256 of its files.",
            )
        told = [_told(line) for line in lines[1:]]
        roots: dict[str, str] = {}
        beside: dict[str, tuple[int, str] | None] = {}
        for one in told:
            if isinstance(one, dict):
                roots.update({name: str(place) for name, place in one["roots"].items()})
                beside.update(one["beside"])
        return cls(
            path=path,
            asked=asked,
            entries={one.case: one for one in told if isinstance(one, Entry)},
            roots=roots,
            beside={name: of for name, of in beside.items() if of is not None},
            damaged=told.count(None),
        )

    def begin(self, asked: Mapping[str, Any], *, keep: bool = False) -> Journal:
        """Start the file over with what the run is asked for, without entries unless kept; gives it as it is now."""
        lines = [_line({"journal": _VERSION, "asked": asked})]
        if self.roots:
            lines.append(_line({"roots": dict(self.roots)}))
        lines += [_line(_of_entry(entry)) for entry in self.entries.values() if keep]
        write_whole(self.path, b"".join(lines))
        return Journal.seen(self.path)

    def add(self, entry: Entry) -> None:
        """Append one finished case and force the line to the disk."""
        self._append(_of_entry(entry))

    def add_beside(self, files: Mapping[str, tuple[int, str] | None]) -> None:
        """Append size and SHA-256 of files of the set as a whole; ``None`` for those that are known no more."""
        self._append({"beside": dict(files)})

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


def _of_entry(entry: Entry) -> dict[str, Any]:
    return {"case": entry.case, "key": entry.key, "files": entry.files}


def _told(text: bytes) -> Entry | dict[str, Any] | None:
    """An entry, or what else a line says; ``None`` where it cannot be read."""
    try:
        line = json.loads(text)
        if "case" not in line:
            beside = {name: of and (of[0], of[1]) for name, of in line.get("beside", {}).items()}
            return {"roots": dict(line.get("roots", {})), "beside": beside}
        files = {name: (size, sha256) for name, (size, sha256) in line["files"].items()}
        return Entry(case=line["case"], key=line["key"], files=files)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
