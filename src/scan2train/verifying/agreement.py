"""Whether the parts of a prepared set say the same: journal, accounts, table, ``dataset.json`` and recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from scan2train.preparing.account import ACCOUNT
from scan2train.preparing.ownership import ALWAYS_WRITTEN, CASES, DATASET, JOURNAL, RECIPE, TABLE
from scan2train.verifying.change import NOTHING, Change
from scan2train.verifying.said import Said


def disagreements(said: Said) -> Iterator[Change]:
    """Whatever one part says and another does not."""
    if said.journal.damaged:
        yield _of_set(JOURNAL, "an entry in each line", f"{said.journal.damaged} lines that cannot be read")
    for name in ALWAYS_WRITTEN:
        if not (said.out / name).is_file():
            yield replace(
                _of_set(name, "a file; a run that came to its end leaves it", NOTHING),
                advice="Run `prepare` again as it was run: it goes on where it stopped, and writes what is missing.",
            )
    for name, read in ((TABLE, said.rows), (DATASET, said.dataset), (RECIPE, said.recipe)):
        if read is None and (said.out / name).is_file():
            yield _of_set(name, "what `prepare` wrote", "something that cannot be read as that")
    yield from _set(said)
    for case in said.done:
        yield from _case(said, case)


def _set(said: Said) -> Iterator[Change]:
    if said.dataset is None:
        return
    fingerprint = _fingerprint(said)
    if said.recipe is not None and said.recipe.fingerprint != fingerprint:
        yield _of_case("", RECIPE, f"the recipe of {DATASET}", fingerprint, said.recipe.fingerprint)
    asked = said.journal.asked or {}
    for name in ("seed", "store", "layout"):
        if said.dataset.get(name) != asked.get(name):
            yield _of_case("", DATASET, f"{name} as in the journal", asked.get(name), said.dataset.get(name))
    if said.rows is not None:
        states = [row["state"] for row in said.rows.values()]
        here = {"cases": len(states), "done": states.count("done"), "failed": states.count("failed")}
        counts = said.dataset.get("counts", {})
        for name, number in here.items():
            if counts.get(name) != number:
                yield _of_case("", DATASET, f"{name} as in {TABLE}", number, counts.get(name))


def _fingerprint(said: Said) -> str | None:
    recipe: Mapping[str, str] = (said.dataset or {}).get("recipe", {})
    return recipe.get("fingerprint")


def _case(said: Said, case: str) -> Iterator[Change]:
    """The account against the journal, the table and the set; one that was changed is told where files are."""
    entry, account = said.journal.entries.get(case), said.accounts.get(case)
    if entry is None:
        yield Change(case=case, path=f"{CASES}/{case}", expected="an entry in the journal", found=NOTHING)
        return
    row = {} if said.rows is None else said.rows[case]
    sha256 = entry.files.get(ACCOUNT, (0, ""))[1]
    if row and row["account_sha256"] != sha256:
        yield _of_case(case, TABLE, "account_sha256", sha256, row["account_sha256"])
    if account is None:
        return
    path = f"{CASES}/{case}/{ACCOUNT}"
    files = {name: (one["bytes"], one["sha256"]) for name, one in account["files"].items()}
    entered = {name: of for name, of in entry.files.items() if name != ACCOUNT}
    for name in sorted({*files, *entered}):
        if files.get(name) != entered.get(name):
            yield _of_case(case, path, f"{name} as in the journal", entered.get(name), files.get(name))
    fingerprint = _fingerprint(said)
    if fingerprint not in (None, account["recipe"]["fingerprint"]):
        yield _of_case(case, path, f"the recipe of {DATASET}", fingerprint, account["recipe"]["fingerprint"])
    if row:
        yield from _row(case, row, account)


def _row(case: str, row: Mapping[str, Any], account: Mapping[str, Any]) -> Iterator[Change]:
    after = account["grid_after"]
    expected = {
        "volume": account["volume"],
        "size": after["shape"],
        "affine": np.ravel(after["affine"]).tolist(),
    }
    found = {**row, "size": [row[f"size_{axis}"] for axis in "ijk"]}
    for name, value in expected.items():
        if found[name] != value:
            yield _of_case(case, TABLE, name, value, found[name])


def _of_case(case: str, path: str, what: str, expected: object, found: object) -> Change:
    return Change(case=case, path=path, expected=f"{what}: {expected}", found=str(found))


def _of_set(path: str, expected: str, found: str) -> Change:
    return Change(case="", path=path, expected=expected, found=found)
