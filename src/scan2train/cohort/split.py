"""Which cases are for training, for validation, for test: by patient, balanced, with the seed written down."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train._version import __version__
from scan2train.cohort.members import members
from scan2train.cohort.splitting.balance import deal
from scan2train.cohort.splitting.copies import copies, reader
from scan2train.cohort.splitting.strata import LABELS, features, label_volumes
from scan2train.cohort.splitting.together import BY, group_values, units, whose
from scan2train.errors import WrongUse
from scan2train.index import Index
from scan2train.knowledge.file_names import natural_key
from scan2train.preparing.atomic import write_whole
from scan2train.preparing.ownership import is_prepared
from scan2train.runners.progress import Progress

if TYPE_CHECKING:
    import polars as pl

    from scan2train.volume import Volume

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Names of the cases of one fold."""

    train: Names
    val: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A split: folds, and a test set that is in none of them.

    ``told`` says in sentences what was kept together and why; ``units`` is how many such sets of cases there are.
    """

    seed: int
    by: str
    stratify: Names
    group: str
    folds: tuple[Fold, ...]
    test: Names
    units: int
    told: Names

    def to_json(self) -> dict[str, Any]:
        """What stands in ``split.json``; the same split gives the same bytes."""
        return {
            "seed": self.seed,
            "by": self.by,
            "stratify": list(self.stratify),
            "group": self.group,
            "units": self.units,
            "tool": {"name": "scan2train", "version": __version__},
            "folds": self.for_nnunet(),
            "test": list(self.test),
        }

    def for_nnunet(self) -> list[dict[str, list[str]]]:
        """What stands in ``splits_final.json`` of nnU-Net: the folds alone, which has no place for a test set."""
        return [{"train": list(one.train), "val": list(one.val)} for one in self.folds]

    def save(self, path: str | os.PathLike[str], *, layout: str = "plain", replace: bool = False) -> Path:
        """Write ``split.json``, or with ``layout="nnunet"`` ``splits_final.json``, whole or not at all.

        Raises
        ------
        WrongUse
            If another split is there already, unless it may be replaced, or the file cannot be written.
        """
        content = self.for_nnunet() if layout == "nnunet" else self.to_json()
        text = json.dumps(content, indent=1).encode() + b"\n"
        place = Path(path)
        try:
            if place.exists() and not replace and place.read_bytes() != text:
                raise WrongUse(
                    "another split is there already, and something may have been trained with it",
                    where=place,
                    advice="Choose another name, or say that it may be replaced (--replace).",
                )
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, text)
        except OSError as error:
            raise WrongUse("the split cannot be written", where=place, found=error.strerror) from error
        return place


def split(
    where: str | os.PathLike[str] | Index,
    *,
    folds: int = 5,
    test: float = 0.2,
    by: str = "patient",
    stratify: str | Sequence[str] = (),
    group: str = "",
    seed: int = 0,
    pixels: bool = True,
    progress: Progress | None = None,
) -> Split:
    """Draw a split of a prepared set's cases, or of those that a source will give.

    Parameters
    ----------
    where
        A folder that ``prepare`` wrote; or a source or an index, so that the split is there before the set is.
    folds
        Number of folds; each case that is not in the test set is validated on in one of them. 1: no validation.
    test
        The part of the cases to be held out for the test, 0 for none.
    by
        What is never parted: ``"patient"``, ``"study"`` or ``"case"``. Where headers do not tell, names of files do.
        Copies of one picture stay together anyway.
    stratify
        Columns of the cases table to be balanced over the parts; ``"labels"`` for presence and volume of each label.
    group
        ``"site"`` (the station, else manufacturer and model) or a column of the cases table: all cases of one value
        stay in one part, so that a validation is on scanners that were not trained on.
    seed
        Written into the split.
    pixels
        Compare pictures of the same size, to find copies by other names.
    progress
        Called with the number of pictures that were looked at, and of all of them.

    Raises
    ------
    WrongUse
        If an argument cannot be meant, or too much belongs together for so many parts.
    NoImages, OutputDamaged
        If there is no case, or the set cannot be read.
    """
    _require(folds, test, by, seed)
    strata = (stratify,) if isinstance(stratify, str) else tuple(stratify)
    out = Path(where) if not isinstance(where, Index) and is_prepared(Path(where)) else None
    table, future = members(where)
    # Cases in the order of their names, so that nothing hangs on the order of files.
    at = {name: row for row, name in enumerate(table["case"])}
    names = _in_order(at)
    table = table[[at[name] for name in names]]
    read = reader(out, future)
    keys, told = whose(table, by)
    if pixels:
        told += _keep_copies(table, keys, read, progress)
    if group:
        told += _keep_groups(table, keys, group)
    together = units(keys)
    shares = _shares(folds, test)
    _require_enough(keys, len(shares), by, group)
    counts = features(table, strata, label_volumes(out, future, read) if LABELS in strata else {})
    part = deal(
        np.array([counts[rows].sum(axis=0) for rows in together]), shares, np.random.default_rng(seed)
    )
    held = [
        _in_order(names[row] for unit in np.flatnonzero(part == number) for row in together[unit])
        for number in range(len(shares))
    ]
    tested = held.pop() if test else ()
    return Split(
        seed=seed,
        by=by,
        stratify=strata,
        group=group,
        folds=_folds(held),
        test=tested,
        units=len(together),
        told=tuple(told),
    )


def _folds(parts: Sequence[Names]) -> tuple[Fold, ...]:
    if len(parts) == 1:
        return (Fold(train=parts[0], val=()),)
    every = _in_order(name for part in parts for name in part)
    out = [frozenset(part) for part in parts]
    return tuple(
        Fold(train=tuple(name for name in every if name not in left), val=part)
        for part, left in zip(parts, out, strict=True)
    )


def _in_order(names: Iterable[str]) -> Names:
    return tuple(sorted(names, key=lambda name: (natural_key(name), name)))


def _shares(folds: int, test: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Of each fold, and of the test set behind them where there is one."""
    return np.array([(1 - test) / folds] * folds + [test] * (test > 0), dtype=np.float64)


def _keep_copies(
    table: pl.DataFrame, keys: list[list[Any]], read: Callable[[str], Volume], progress: Progress | None
) -> list[str]:
    found = copies(table, read, progress)
    at = {case: row for row, case in enumerate(table["case"])}
    for case, first in found.items():
        for one in (case, first):
            keys[at[one]].append(("copy of", first))
    return [f"{len(found)} hold the same picture as another case, and stay with it"] if found else []


def _keep_groups(table: pl.DataFrame, keys: list[list[Any]], group: str) -> list[str]:
    values = group_values(table, group)
    for own, value in zip(keys, values, strict=True):
        if value:
            own.append(("group", value))
    unknown = values.count("")
    told = [f"{len(set(values) - {''})} groups by {group}, each in one part"]
    return told + [f"{unknown} of {len(values)} cases have no {group}, and are dealt out freely"] * (
        unknown > 0
    )


def _require(folds: object, test: float, by: str, seed: object) -> None:
    if not isinstance(folds, int) or not 1 <= folds <= 100:
        raise WrongUse("folds are a whole number from 1 to 100", found=folds)
    if not 0 <= test < 1:
        raise WrongUse("the test set is a part of the cases, from 0 to below 1", found=test)
    if by not in BY:
        raise WrongUse("cases are kept together by one of these", expected=", ".join(BY), found=by)
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise WrongUse("a seed is a whole number of at least 0", found=seed)


def _require_enough(keys: Sequence[Sequence[Any]], parts: int, by: str, group: str) -> None:
    together = len(units(keys))
    if together >= parts:
        return
    what = f"cases of one {by}" + (f" or one {group}" if group else "")
    # What each reason to keep cases together costs, so that the one at work is named.
    causes = {
        ("group",): f"without --group {group}",
        ("copy of",): "with --no-pixels, which parts copies of one picture,",
    }
    counts = {
        kinds: len(units([[key for key in own if key[0] not in kinds] for own in keys])) for kinds in causes
    }
    eased = [
        f"{said} there are {counts[kinds]}" for kinds, said in causes.items() if counts[kinds] > together
    ]
    raise WrongUse(
        "too much belongs together for so many parts",
        expected=f"at least {parts} sets of {what}: one for each fold, and one for the test",
        found=f"{together}, of {len(keys)} cases",
        advice="Ask for fewer folds, or --test 0."
        + (f" Of such sets {'; '.join(eased)}." if eased else "")
        + " Where all have one Patient ID that names nobody, such as ANONYMOUS, split by study.",
    )
