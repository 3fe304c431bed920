"""Whether a replay gave the same bytes, and if not, what may be the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from scan2train.preparing.atomic import sha256_of
from scan2train.preparing.journal import Journal
from scan2train.preparing.ownership import CASES, DATASET, FIT, JOURNAL, RECIPE
from scan2train.preparing.versions import versions
from scan2train.verifying.change import NOTHING, Change
from scan2train.verifying.said import Said


def differences(said: Said, to: Path, cases: Iterable[str], *, whole: bool) -> list[Change]:
    """Each file of ``to`` whose SHA-256 is not that of the set, of the cases that both have.

    ``whole`` is whether all cases were replayed, so that the files of the set as a whole must be the same, too.
    """
    again = Journal.seen(to / JOURNAL).entries
    changes = []
    for case in (case for case in cases if case in again):
        told = {name: sha256 for name, (_, sha256) in said.journal.entries[case].files.items()}
        made = {name: sha256 for name, (_, sha256) in again[case].files.items()}
        changes += [
            Change(
                case=case, path=f"{CASES}/{case}/{name}", expected=_hash(told, name), found=_hash(made, name)
            )
            for name in sorted({*told, *made})
            if told.get(name) != made.get(name)
        ]
    fitted = (FIT,) if (said.out / FIT).is_file() else ()
    for name in (RECIPE, *fitted, DATASET) if whole else fitted:
        told, made = ({name: sha256_of(folder / name)} for folder in (said.out, to))
        if told != made:
            changes.append(Change(case="", path=name, expected=_hash(told, name), found=_hash(made, name)))
    return changes


def other_versions(said: Said, cases: Iterable[str]) -> dict[str, tuple[str, str]]:
    """What was at work in other versions then than now: by its name, then and now."""
    now = versions()
    then = [said.accounts[case]["versions"] for case in cases if case in said.accounts]
    return {
        name: (told.get(name, "none"), now.get(name, "none"))
        for told in then
        for name in {*told, *now}
        if told.get(name) != now.get(name)
    }


def _hash(hashes: Mapping[str, str], name: str) -> str:
    return f"SHA-256 {hashes[name]}" if name in hashes else NOTHING
