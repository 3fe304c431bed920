"""What a prepared set says of itself, in its journal, table, accounts and ``dataset.json``: read, not believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan2train.errors import Scan2TrainError
from scan2train.preparing.account import ACCOUNT
from scan2train.preparing.journal import Entry, Journal
from scan2train.preparing.ownership import CASES, DATASET, JOURNAL, RECIPE, TABLE, require_prepared
from scan2train.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All of it; ``None`` where a file is missing or cannot be read.

    ``rows`` has the row of the cases table for each case, ``accounts`` those that are what the journal says.
    """

    out: Path
    journal: Journal
    rows: Mapping[str, Mapping[str, Any]] | None
    dataset: Mapping[str, Any] | None
    recipe: Recipe | None
    accounts: Mapping[str, Mapping[str, Any]]

    @classmethod
    def by(cls, out: Path) -> Said:
        """Read it all.

        Raises
        ------
        WrongUse
            If it is no prepared set.
        OutputInUse
            If its journal is none of ours.
        """
        require_prepared(out)
        journal = Journal.seen(out / JOURNAL)
        accounts = {name: _account(out / CASES / name, entry) for name, entry in journal.entries.items()}
        return cls(
            out=out,
            journal=journal,
            rows=_rows(out / TABLE),
            dataset=_json(out / DATASET),
            recipe=_recipe(out / RECIPE),
            accounts={name: account for name, account in accounts.items() if account is not None},
        )

    @property
    def done(self) -> tuple[str, ...]:
        """The cases that must be there: those of the table, or where there is none yet, those of the journal."""
        if self.rows is None:
            return tuple(self.journal.entries)
        return tuple(case for case, row in self.rows.items() if row["state"] == "done")


def _account(folder: Path, entry: Entry) -> Mapping[str, Any] | None:
    try:
        text = (folder / ACCOUNT).read_bytes()
    except OSError:
        return None
    told = entry.files.get(ACCOUNT, (0, ""))[1]
    account: Mapping[str, Any] | None = json.loads(text) if hashlib.sha256(text).hexdigest() == told else None
    return account


def _json(path: Path) -> Mapping[str, Any] | None:
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return said if isinstance(said, dict) else None


def _rows(path: Path) -> Mapping[str, Mapping[str, Any]] | None:
    import polars as pl

    try:
        return {row["case"]: row for row in pl.read_parquet(path).iter_rows(named=True)}
    except (OSError, KeyError, pl.exceptions.PolarsError):
        return None


def _recipe(path: Path) -> Recipe | None:
    try:
        return Recipe.load(path)
    except Scan2TrainError:
        return None
