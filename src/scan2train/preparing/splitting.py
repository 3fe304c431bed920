"""Which part of the set each case is in, as a split file says it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scan2train.checking.splits.by_file import Names, not_there, skipped_names, spellings
from scan2train.checking.splits.said import Said, read_split
from scan2train.errors import WrongUse
from scan2train.knowledge.split_names import TRAIN, VAL
from scan2train.preparing.job import Job
from scan2train.preparing.plan import Plan

if TYPE_CHECKING:
    from scan2train.index import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The plan with the part of each case, and the number of the fold; ``None`` where the split has no folds."""

    planned: Plan
    fold: int | None

    @property
    def training(self) -> tuple[Job, ...]:
        """The cases to train on, and so to fit on."""
        return tuple(job for job in self.planned.jobs if job.split == TRAIN)

    @property
    def told(self) -> str:
        """How many cases are in each part, in a sentence."""
        counts = Counter(job.split for job in self.planned.jobs)
        alone = counts.pop("", 0)
        parts = ", ".join(f"{counts[part]} {part}" for part in ("train", "val", "test") if counts[part])
        fold = "" if self.fold is None else f" of fold {self.fold}"
        return f"split{fold}: {parts or 'no case'}" + (f"; {alone} in no part" if alone else "")


def split_plan(
    planned: Plan, index: Index, path: str | os.PathLike[str], fold: int | None, salt: bytes
) -> Split:
    """Enter into each job of the plan the part that its case is in.

    A case is named as in a prepared set, or as :func:`~scan2train.checking.splits.by_file.by_file` takes it.

    Raises
    ------
    WrongUse
        If the file cannot be read, has several folds and none was chosen (or not that one), names cases that are not
        there, or puts one case into two parts.
    """
    said, chosen = _of_fold(read_split(path), fold, path)
    by_case = {job.case: job.case for job in planned.jobs}
    left_out = {*planned.names.values()} - by_case.keys()
    by_row = {job.at: job.case for job in planned.jobs}
    names, skipped = Names(planned.volumes), skipped_names(index)
    parts: dict[str, str] = {}
    unknown = []
    for one in said:
        if one.case in left_out:
            continue
        rows = () if one.case in by_case else names.of(one.case, salt)
        cases = [by_case[one.case]] if one.case in by_case else [by_row[at] for at in rows if at in by_row]
        if not cases and not rows and skipped.isdisjoint(spellings(one.case)):
            unknown.append(one.case)
        for case in cases:
            if parts.setdefault(case, one.split) != one.split:
                raise WrongUse(
                    "the split file puts a case into two parts",
                    where=path,
                    expected="each case in one part of a fold",
                    found=f"{case}: {parts[case]} and {one.split}",
                )
    if unknown:
        raise not_there(unknown, len(said), path)
    jobs = tuple(replace(job, split=parts.get(job.case, "")) for job in planned.jobs)
    return Split(planned=replace(planned, jobs=jobs), fold=chosen)


def folds_of(
    planned: Plan, index: Index, path: str | os.PathLike[str], salt: bytes, only: int | None = None
) -> dict[int, dict[str, list[str]]]:
    """The cases to train and to validate on by the number of the fold: of every one of a split file, or ``only`` one.

    A split without folds is fold 0. Raises as :func:`split_plan`.
    """
    numbers: list[int | None] = [only]
    if only is None:
        numbers += sorted({one.fold for one in read_split(path) if one.fold is not None})
    found = {}
    for fold in numbers[1:] or numbers:
        jobs = split_plan(planned, index, path, fold, salt).planned.jobs
        found[fold or 0] = {part: [job.case for job in jobs if job.split == part] for part in (TRAIN, VAL)}
    return found


def _of_fold(
    said: Sequence[Said], fold: int | None, path: str | os.PathLike[str]
) -> tuple[list[Said], int | None]:
    """What is said of one fold, and of all of them; and which fold that is."""
    numbers = sorted({one.fold for one in said if one.fold is not None})
    if fold is None and len(numbers) == 1:
        fold = numbers[0]
    if (fold is None and numbers) or (fold is not None and fold not in numbers):
        raise WrongUse(
            "which fold of the split?" if fold is None else "the split has no such fold",
            where=path,
            expected=", ".join(map(str, numbers)) or "no fold: the file has one split alone",
            found="none chosen" if fold is None else fold,
            advice="Choose one with --fold N." if numbers else "Leave --fold out.",
        )
    return [one for one in said if one.fold in (None, fold)], fold
