"""What lies in a prepared set and is none of its files: told, with hidden files apart, which are no harm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scan2train.preparing.atomic import UNFINISHED
from scan2train.preparing.hidden import is_hidden
from scan2train.preparing.journal import Entry
from scan2train.preparing.layouts import DESCRIPTION, SPLITS
from scan2train.preparing.linking import PARTS
from scan2train.preparing.ownership import ALWAYS_WRITTEN, CASES, FIT, LOCK, SPLIT
from scan2train.preparing.stacked import ARRAYS, TABLE
from scan2train.verifying.change import NOTHING, Change
from scan2train.verifying.said import Said

#: What `prepare` and `split` leave beside the cases.
_BESIDE = {*ALWAYS_WRITTEN, LOCK, CASES, SPLIT, SPLITS}
_STACKS = {TABLE, *(f"{name}.npy" for name in ARRAYS)}
_LAID_OUT = {*PARTS, DESCRIPTION, SPLITS}


def strays(said: Said) -> Iterator[Change]:
    """Whatever no account, no journal and no name that is known speaks of."""
    asked = said.journal.asked or {}
    layout = str(asked.get("folder", ""))
    known = _BESIDE | said.journal.beside.keys() | ({layout} if layout else set())
    if asked.get("stack"):
        known |= _STACKS
    if not said.journal.beside:
        known.add(FIT)  # the journal of a run that was cut off does not say whether it wrote one
    yield from _of_set(said.out, "", known, "a file of no run of prepare")
    if layout:
        yield from _of_set(said.out, layout, _LAID_OUT, "nothing of the layout")
    yield from _of_set(said.out, CASES, set(said.done), "something that is no case of this set")
    for case in said.done:
        entry, folder = said.journal.entries.get(case), said.out / CASES / case
        if entry is not None:
            for name in _besides(folder, entry):
                path = f"{CASES}/{case}/{name}"
                yield Change(case=case, path=path, expected=NOTHING, found="a file", advice=_advice(name))


def hidden_files(said: Said) -> Iterator[str]:
    """The paths of hidden files and folders that lie where the set's own do."""
    layout = str((said.journal.asked or {}).get("folder", ""))
    below = [layout, *(f"{layout}/{part}" for part in PARTS)] if layout else []
    for folder in ("", *below, CASES, *(f"{CASES}/{case}" for case in said.done)):
        for file in _in(said.out / folder):
            if is_hidden(file.name):
                yield file.relative_to(said.out).as_posix()


def _of_set(out: Path, folder: str, known: set[str], found: str) -> Iterator[Change]:
    for file in _in(out / folder):
        if file.name not in known and not is_hidden(file.name):
            unfinished = file.name.startswith(UNFINISHED)
            yield Change(
                case="",
                path=file.relative_to(out).as_posix(),
                expected=NOTHING,
                found="something that a run left unfinished" if unfinished else found,
                advice=_advice(file.name),
            )


def _advice(name: str) -> str:
    if name.startswith(UNFINISHED):
        return "Run `prepare` again, to its end: it sweeps up."
    return "Keep it somewhere else, if it is yours."


def _besides(folder: Path, entry: Entry) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if (
            name not in entry.files
            and not is_hidden(name.partition("/")[0])
            and (file.is_symlink() or not file.is_dir())
        ):
            yield name


def _in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
