"""The output folder of a run: what of it is finished, what is swept away, and how a case comes to be there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan2train.errors import OutputInUse
from scan2train.preparing.account import ACCOUNT
from scan2train.preparing.atomic import UNFINISHED, sync_folder
from scan2train.preparing.hidden import is_hidden
from scan2train.preparing.job import Job, Made
from scan2train.preparing.journal import Entry, Journal
from scan2train.preparing.other_recipe import what_differs
from scan2train.preparing.ownership import CASES, FIT, JOURNAL, WRITTEN
from scan2train.preparing.request import LAID, Request
from scan2train.preparing.taking_down import take_down


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An output folder whose lock is held.

    ``keys`` maps each case of the run to the hash over all that it depends on; ``finished`` each case for which
    nothing is left to do to its journal entry and its account; ``unlaid`` names what an earlier run laid out
    in another way, and was taken down.
    """

    cases: Path
    journal: Journal
    keys: Mapping[str, str]
    finished: Mapping[str, tuple[Entry, Mapping[str, Any]]]
    unlaid: str = ""

    @classmethod
    def open(
        cls, out: Path, request: Request, keys: Mapping[str, str], roots: Mapping[str, str], *, fitted: bool
    ) -> Output:
        """Take up a folder where an earlier run left it, sweeping what that one left unfinished.

        ``fitted`` says that numbers of the recipe are of this run's training cases.

        Raises
        ------
        OutputInUse
            If it holds what this run would not make: another recipe's or other sources' cases, or foreign files.
        """
        asked, cases = request.to_json(), out / CASES
        journal = Journal.load(out / JOURNAL)
        inside = {one.name for one in cases.iterdir()} if cases.exists() else set()
        present = {name for name in inside if not is_hidden(name)}
        # Only what can be a run's own is swept: a name that begins so may be somebody else's.
        leftovers = present & {UNFINISHED + case for case in {*keys, *journal.entries}}
        present -= leftovers
        if present:
            _refuse_other_request(out, journal, request, fitted=fitted)
        _refuse_foreign(out, present, keys)
        for unfinished in [
            *(cases / name for name in leftovers),
            *(out / (UNFINISHED + name) for name in WRITTEN),
        ]:
            remove(unfinished)
        finished = {
            case: (entry, account)
            for case, entry in journal.entries.items()
            if keys.get(case) == entry.key and (account := _account_if_whole(cases / case, entry)) is not None
        }
        for case in present - set(finished):
            remove(cases / case)
        cases.mkdir(exist_ok=True)
        sync_folder(out)
        relaid = journal.asked is not None and not _other(journal.asked, asked)
        unlaid = take_down(out, journal, asked)
        if journal.asked is not None and not relaid:
            remove(out / FIT)  # of another recipe
        if journal.asked != asked or journal.damaged:
            journal = journal.begin(asked, keep=relaid)
        # From here, and not from the top of the disk: the two may be moved together, and no user is named.
        journal.add_roots({name: os.path.relpath(path, out) for path, name in roots.items()})
        return cls(cases=cases, journal=journal, keys=keys, finished=finished, unlaid=unlaid)

    def folder_for(self, case: str) -> Path:
        """Where a worker writes a case before it is finished."""
        return self.cases / f"{UNFINISHED}{case}"

    def commit(self, job: Job, made: Made) -> None:
        """Give a finished case its name, and enter it in the journal.

        Only the process that holds the lock does this, so that a worker that outlives its run changes nothing.
        """
        self.folder_for(job.case).rename(self.cases / job.case)
        sync_folder(self.cases)
        self.journal.add(Entry(case=job.case, key=self.keys[job.case], files=made.files))


def remove(path: Path) -> None:
    """Remove a file or a folder; fine if it is gone already."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _refuse_other_request(out: Path, journal: Journal, request: Request, *, fitted: bool) -> None:
    before, asked = journal.asked, request.to_json()
    differ = [] if before is None else _other(before, asked)
    if before is None or not differ:
        return
    steps = what_differs(out, str(before.get("recipe")), request.recipe) if "recipe" in differ else ""
    why = (
        " Numbers of the recipe come from the training cases: those of --split, --fold and --fit-on."
        if fitted
        else ""
    )
    raise OutputInUse(
        "this folder was prepared in another way",
        where=out,
        expected=", ".join(f"{name} {before.get(name)}" for name in differ),
        found=", ".join(f"{name} {asked.get(name)}" for name in differ) + (f" ({steps})" if steps else ""),
        advice=f"Choose another folder for this run, or remove that one.{why if 'recipe' in differ else ''}",
    )


def _refuse_foreign(out: Path, present: set[str], keys: Mapping[str, str]) -> None:
    foreign = sorted(present - set(keys))
    if foreign:
        raise OutputInUse(
            "this folder holds cases that this run would not make",
            where=out,
            found=f"{len(foreign)} of them, such as {', '.join(foreign[:3])}",
            advice="Run it with the sources and choices it was made with, remove these below cases/, "
            "or choose another folder.",
        )


def _other(before: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """What was asked for in another way, besides how the cases are laid out: that does not change them."""
    names = (name for name in {**before, **asked} if name not in LAID)
    return [name for name in names if before.get(name) != asked.get(name)]


def _account_if_whole(folder: Path, entry: Entry) -> Mapping[str, Any] | None:
    if not entry.still_true(folder):
        return None
    text = (folder / ACCOUNT).read_bytes()
    if hashlib.sha256(text).hexdigest() != entry.files[ACCOUNT][1]:
        return None
    account: Mapping[str, Any] = json.loads(text)
    return account
