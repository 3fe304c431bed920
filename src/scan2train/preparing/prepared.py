"""The cases of a prepared set: their accounts, and where their sources lay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scan2train.errors import OutputDamaged
from scan2train.grid import Grid
from scan2train.knowledge.file_names import natural_key
from scan2train.preparing.account import ACCOUNT
from scan2train.preparing.journal import Journal
from scan2train.preparing.ownership import CASES, DATASET, JOURNAL, require_prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: its name and folder, what stands in its account, and where its source lay when it was made.

    ``names`` are those of the labels that the set was prepared with, the case's own first.
    """

    name: str
    folder: Path
    account: Mapping[str, Any]
    root: Path
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def before(self) -> Grid:
        """The grid that the source was read on."""
        return Grid.from_json(self.account["grid_before"])

    @property
    def after(self) -> Grid:
        """The grid of the prepared image, and so of what was predicted from it."""
        return Grid.from_json(self.account["grid_after"])


def prepared_cases(
    out: Path, source: Path | None = None, *, damaged: dict[str, OutputDamaged] | None = None
) -> dict[str, Case]:
    """All finished cases of ``out`` in natural order of their names.

    Parameters
    ----------
    out
        A folder that ``prepare`` wrote.
    source
        Where the sources lie now, if they have moved: the folder that was prepared.
    damaged
        Takes, by name, the cases whose account cannot be read, instead of an end with the first of them.

    Raises
    ------
    WrongUse
        If it is no such folder.
    OutputDamaged
        If an account is there and cannot be read.
    """
    require_prepared(out)
    journal = Journal.seen(out / JOURNAL)
    every = _names_of_set(out / DATASET)
    cases = {}
    for name in sorted(journal.entries, key=natural_key):
        path = out / CASES / name / ACCOUNT
        if not path.is_file():
            continue  # it was entered, and removed since
        try:
            account = json.loads(path.read_bytes())
            roots = {one["source"] for one in account["sources"]}
        except (OSError, ValueError, KeyError, TypeError) as error:
            told = OutputDamaged("the account of a case cannot be read", where=path, found=error)
            if damaged is None:
                raise told from error
            damaged[name] = told
            continue
        root = next(iter(roots), "")
        place = out / journal.roots.get(root, f"../{root}")
        names = {**every, **_named(account.get("labels", {}).get("names", {}))}
        root_now = (source or place).resolve()
        cases[name] = Case(name=name, folder=path.parent, account=account, root=root_now, names=names)
    return cases


def labels_files_of(account: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The files that an account says its labels came from: source, path below it, SHA-256."""
    if "labels" not in account:
        return []
    own = account["labels"]
    return [{name: own[name] for name in ("source", "path", "sha256")}, *own.get("data", [])]


def files_of(account: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """All files that an account says its case was made from: source, path below it, SHA-256."""
    return [*account["sources"], *labels_files_of(account)]


def _names_of_set(path: Path) -> dict[int, str]:
    """Names of labels that the whole set shares; none where it was interrupted before they were written."""
    try:
        return _named(json.loads(path.read_bytes()).get("labels", {}))
    except (OSError, ValueError, AttributeError):
        return {}


def _named(names: Mapping[str, str]) -> dict[int, str]:
    return {int(value): name for value, name in names.items() if name}
