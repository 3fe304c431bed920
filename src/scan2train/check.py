"""The audit: what is wrong, odd, or worth knowing about a folder of scans."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from scan2train.errors import UnknownName
from scan2train.finding import Finding
from scan2train.index import Index, index
from scan2train.rule import Rule
from scan2train.runners.progress import Progress
from scan2train.task import Task

#: Sources with fewer volumes have their pixels looked at without being asked.
PIXELS_BELOW = 200


def check(
    source: Index | str | os.PathLike[str],
    task: Task | str | os.PathLike[str] | None = None,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    pixels: bool | None = None,
    rules: Iterable[str | os.PathLike[str]] = (),
    split: str | os.PathLike[str] | None = None,
    salt: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """Look for everything that makes training on these scans wrong or doubtful.

    Parameters
    ----------
    source
        An index, or a folder or file to be indexed.
    task
        What is to be learnt: a task, the name of one that comes with the package, or a TOML file. Rules that depend on
        it run then, what it calls fatal is an error, and what it would not take anyway is information.
    select, ignore
        Codes, beginnings of codes, or names of rules; all rules if ``select`` is empty. The longer word wins.
    pixels
        Whether volumes are decoded for the rules that look at pixels; if not given, where there are fewer than
        200 volumes.
    rules
        Folders with further rules, one file each; see "Write a rule of your own".
    split
        A file that says which cases are for training, validation and test, for rules about splits: ``split.json``,
        ``splits_final.json`` of nnU-Net, or a CSV with the columns case and split. Folders say it if not given.
    salt
        The salt file that the index was made with, for Patient IDs in ``split``; the user's own if not given.
    jobs
        Processes that decode; as many as there are processors if not given.
    progress
        Called with the number of volumes decoded and of all, now and then.

    Returns
    -------
    Findings, the worst first, in an order that does not change from run to run. A rule that fails is a finding too
    (RUL001), and so is a volume whose decoding fails.

    Raises
    ------
    NoImages
        If a folder holds no image at all.
    UnknownName, WrongUse
        If a rule or a task is named that does not exist, an argument cannot be meant, or a split file names cases that
        are not there.
    """
    from scan2train.checking.choose import choose
    from scan2train.checking.conclude import Seen
    from scan2train.checking.everything import everything, look_at_pixels
    from scan2train.checking.failed import OWN
    from scan2train.checking.items import items_of
    from scan2train.checking.pixels import check_pixels
    from scan2train.checking.settle import in_order
    from scan2train.checking.splits.by_file import by_file
    from scan2train.choosing.for_task import for_task
    from scan2train.indexing.salt import read_salt
    from scan2train.rule.load import all_rules

    meant = task if task is None or isinstance(task, Task) else Task.load(os.fspath(task))
    found = source if isinstance(source, Index) else index(source, salt=salt)
    splits = None if split is None else by_file(found, split, read_salt(salt))
    folders = [str(Path(folder)) for folder in rules]
    left_out = tuple(ignore)
    known = all_rules(folders)
    if meant is not None:
        _require_known(meant, known)
    chosen = tuple(replace(rule, task=meant) for rule in choose(known, tuple(select), left_out))
    decode = found.volumes.height < PIXELS_BELOW if pixels is None else pixels
    seen: Iterable[Seen] = ()
    if decode and look_at_pixels(chosen):
        workers = jobs or os.cpu_count() or 1
        seen = check_pixels(items_of(found), chosen, folders, jobs=workers, progress=progress, task=meant)
    unheard = {code for code in OWN for word in left_out if code.startswith(word.upper())}
    heard = [one for one in everything(found, chosen, seen, splits) if one.code not in unheard]
    return heard if meant is None else in_order(for_task(heard, found, meant))


def _require_known(task: Task, rules: Iterable[Rule]) -> None:
    """Refuse a task whose fatal codes no rule has: a slip of the pen would find nothing, and say nothing."""
    codes = [rule.code for rule in rules]
    for word in task.fatal:
        if not any(code.startswith(word) for code in codes):
            raise UnknownName(
                "a task calls a finding fatal that no rule makes",
                where=task.name,
                expected="codes or their beginnings; `scan2train explain --all` lists them",
                found=f"fatal: {word}",
            )
