"""Whether a folder is one to write to: new, empty, or what an earlier run of ours left. Looks only, changes nothing."""

from __future__ import annotations

from pathlib import Path

from scan2train.errors import OutputInUse, WrongUse
from scan2train.preparing.atomic import UNFINISHED
from scan2train.preparing.hidden import is_hidden
from scan2train.preparing.journal import Journal

JOURNAL, LOCK, CASES = "journal.jsonl", "lock", "cases"
#: What stands beside the cases: the recipe, the table of cases, what is worth knowing, and the set as a whole.
RECIPE, TABLE, FINDINGS, DATASET = "recipe.toml", "cases.parquet", "findings.json", "dataset.json"
#: Which cases a recipe's numbers were fitted on, where some were.
FIT = "fit.json"
#: What `split` writes beside them.
SPLIT = "split.json"
#: What every run that comes to its end leaves in the folder itself.
ALWAYS_WRITTEN = (JOURNAL, RECIPE, TABLE, FINDINGS, DATASET)
#: All that a run may write there.
WRITTEN = (*ALWAYS_WRITTEN, FIT, "images.npy", "labels.npy", "valid.npy", "cases.csv")
#: Enough for the number of a process, which is all that stands in a lock.
_LONGEST_LOCK = 20


def is_prepared(folder: Path) -> bool:
    """Whether ``prepare`` wrote this folder."""
    return (folder / JOURNAL).is_file()


def require_prepared(folder: Path) -> None:
    """Do nothing where ``prepare`` wrote this folder.

    Raises
    ------
    WrongUse
        Otherwise.
    """
    if not is_prepared(folder):
        raise WrongUse(
            "this is no prepared set",
            where=folder,
            expected=f"a folder that `prepare` wrote, with {JOURNAL} in it",
            advice="Give the folder that stood behind -o when the set was prepared.",
        )


def refuse_what_is_not_ours(out: Path) -> None:
    """Do nothing where ``out`` is not there, is empty, or was begun by an earlier run.

    Raises
    ------
    OutputInUse
        Otherwise, before anything there is written, shortened or removed.
    """
    if out.exists() and not out.is_dir():
        raise OutputInUse(
            "a prepared set is a folder, and this is a file",
            where=out,
            expected="a new folder, or one that `prepare` wrote",
            found="a file",
            advice="Choose another name for -o.",
        )
    if not out.is_dir():
        return
    present = {file.name for file in out.iterdir()}
    journal = Journal.seen(out / JOURNAL)
    foreign = (
        set()
        if journal.asked is not None
        else {name for name in present if not (is_hidden(name) or _may_be_begun(out / name))}
    )
    if LOCK in present and not _is_lock(out / LOCK):
        foreign.add(LOCK)
    if foreign:
        some = ", ".join(sorted(foreign)[:3])
        raise OutputInUse(
            "this folder holds something else than a run of prepare",
            where=out,
            found=f"{len(foreign)} files and folders of another's, such as {some}",
            advice="Choose a new or an empty folder.",
        )


def _may_be_begun(path: Path) -> bool:
    """Whether a run that was cut off before its journal was begun may have left this."""
    if path.name == CASES:
        return path.is_dir() and not any(path.iterdir())
    # A journal in which nothing stands has been looked at; a half-written one lies under its unfinished name.
    return path.name in {LOCK, JOURNAL} or (path.name == UNFINISHED + JOURNAL and Journal.is_beginning(path))


def _is_lock(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LONGEST_LOCK:
        return False
    text = path.read_bytes()
    return not text or text.isdigit()
