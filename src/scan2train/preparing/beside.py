"""The files of a set as a whole, written so that the journal knows what each of them holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from scan2train.preparing.atomic import sha256_of, write_whole
from scan2train.preparing.journal import Journal
from scan2train.preparing.ownership import JOURNAL


def write_beside(out: Path, journal: Journal, texts: Mapping[str, bytes]) -> None:
    """Write each text that is not there already to its path below ``out``, and enter size and SHA-256 in the journal.

    While a file changes the journal says nothing of it, so that after a run that was cut off no hash is a wrong one.
    """
    told = {name: (len(text), hashlib.sha256(text).hexdigest()) for name, text in texts.items()}
    new = {name: of for name, of in told.items() if journal.beside.get(name) != of}
    if new.keys() & journal.beside.keys():
        journal.add_beside(dict.fromkeys(new))
    for name, text in texts.items():
        path = out / name
        if not (path.is_file() and path.read_bytes() == text):
            write_whole(path, text)
    if new:
        journal.add_beside(new)


def unchanged(out: Path, name: str) -> Path | None:
    """The path of a file of the set as a whole, if it is what the journal says of it."""
    path, told = out / name, Journal.seen(out / JOURNAL).beside.get(name)
    return path if told is not None and path.is_file() and sha256_of(path) == told[1] else None


def remove_beside(out: Path, journal: Journal, names: Iterable[str]) -> None:
    """Remove files that an earlier run wrote so; what another put there stays."""
    gone = [name for name in names if name in journal.beside]
    if gone:
        journal.add_beside(dict.fromkeys(gone))
    for name in gone:
        (out / name).unlink(missing_ok=True)
