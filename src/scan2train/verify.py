"""Whether a prepared set is still what was written: nothing changed, nothing missing, nothing besides."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan2train.errors import CasesFailed
from scan2train.paths import path_given
from scan2train.preparing.lock import refuse_if_held
from scan2train.preparing.ownership import CASES
from scan2train.verifying.agreement import disagreements
from scan2train.verifying.beside import disagreements_beside, linked_files
from scan2train.verifying.change import Change
from scan2train.verifying.files import Expected, changed_files
from scan2train.verifying.said import Said
from scan2train.verifying.sources import files_of_sources
from scan2train.verifying.strays import hidden_files, strays

_MADE_ANEW = (
    "Remove the folder of a changed case, and run `prepare` again: it makes it anew, to the same bytes."
)
_WRITTEN_ANEW = (
    "Run `prepare` again as before: it writes the files of the set anew, and leaves finished cases alone."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was looked at, and every change that was found: none where the set is what was written.

    ``n_files`` counts the files of the cases, ``n_sources`` those of the sources, where they were looked at;
    ``n_bytes`` is what was read of all files. ``hidden`` are files of a desktop or a user that lie among the set's and
    are no change.
    """

    out: Path
    n_cases: int
    n_files: int
    n_sources: int
    n_bytes: int
    changes: tuple[Change, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return not self.changes

    def raise_for_changes(self) -> None:
        """Do nothing where nothing changed.

        Raises
        ------
        CasesFailed
            Otherwise; names the first change.
        """
        if self.changes:
            cases = {change.case for change in self.changes} - {""}
            raise CasesFailed(
                f"{len(self.changes)} changes, in {len(cases)} of {self.n_cases} cases",
                where=self.out,
                found=str(self.changes[0]),
                advice=self.changes[0].advice
                or "Run `prepare` or `replay` again into a new folder, and see with `diff` what differs.",
            )

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values, complete and stable."""
        return {
            "version": 1,
            "same": self.same,
            "cases": self.n_cases,
            "files": self.n_files,
            "sources": self.n_sources,
            "bytes": self.n_bytes,
            "changes": [change.to_json() for change in self.changes],
            "hidden": list(self.hidden),
        }


def verify(
    out: str | Path, *, sources: bool = False, source: str | Path | None = None, jobs: int | None = None
) -> Verified:
    """See whether a prepared set is still what ``prepare`` wrote. Reads only.

    Every file of every case and of the set as a whole is compared with the journal, sizes first and then SHA-256;
    accounts, the journal, the cases table, ``dataset.json`` and ``recipe.toml`` with one another; and what is missing
    or too much is told.

    Parameters
    ----------
    out
        A folder that :func:`scan2train.prepare` wrote.
    sources
        Also compare the scans and masks that the cases were made from with the accounts.
    source
        Where the sources lie now, if they have moved: the folder that was prepared, or the one that holds all of
        them. Implies ``sources``.
    jobs
        How many files are hashed at once; as many as there are cores if not given.

    Returns
    -------
    What was looked at, and each change.

    Raises
    ------
    WrongUse
        If ``out`` is no prepared set.
    OutputInUse
        If a run is writing there now.
    """
    folder = path_given(out)
    said = Said.by(folder)
    refuse_if_held(folder)
    own = list(_files(said))
    linked = list(linked_files(said))
    moved = None if source is None else path_given(source)
    theirs = list(files_of_sources(said, moved)) if sources or source is not None else []
    beside = list(_beside(said))
    changed, n_bytes = changed_files((*own, *beside, *linked, *theirs), jobs or os.cpu_count() or 1)
    said_otherwise = (*disagreements(said), *disagreements_beside(said), *strays(said))
    explained = {change.path for change in said_otherwise} & {one.name for one in beside}
    return Verified(
        out=folder,
        n_cases=len(said.done),
        n_files=len(own),
        n_sources=len(theirs),
        n_bytes=n_bytes,
        changes=(*(change for change in changed if change.path not in explained), *said_otherwise),
        hidden=tuple(hidden_files(said)),
    )


def _beside(said: Said) -> Iterator[Expected]:
    for name, (size, sha256) in said.journal.beside.items():
        yield Expected(
            case="", name=name, path=said.out / name, size=size, sha256=sha256, advice=_WRITTEN_ANEW
        )


def _files(said: Said) -> Iterator[Expected]:
    for case in said.done:
        entry = said.journal.entries.get(case)
        for name, (size, sha256) in entry.files.items() if entry is not None else ():
            path = f"{CASES}/{case}/{name}"
            yield Expected(
                case=case, name=path, path=said.out / path, size=size, sha256=sha256, advice=_MADE_ANEW
            )
