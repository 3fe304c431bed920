"""Masks of networks cleaned: one, or a folder of predictions, by rules that are given or chosen on validation cases."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError, UnreadableFile, WrongUse
from scan2train.formats.atomic import replacing
from scan2train.formats.registry import written
from scan2train.paths import path_given
from scan2train.read import read
from scan2train.reading.kept import require_kept
from scan2train.runners.here import run_here
from scan2train.runners.processes import run_in_processes
from scan2train.runners.progress import Progress
from scan2train.tools.harmonize.scans import require_free
from scan2train.tools.postprocess.choose_rules import (
    Choice,
    candidates,
    choose,
    dice_of_rules,
    dropped,
    rules_of,
)
from scan2train.tools.postprocess.clean_mask import Changed, clean_mask
from scan2train.tools.postprocess.masks_of import case_of, is_one, masks_of
from scan2train.tools.postprocess.rules import Rule, Rules
from scan2train.volume import Labels
from scan2train.write import write

#: What is left beside cleaned masks: the rules, to be used again, and what they did.
RULES, REPORT = "postprocess.toml", "postprocess.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Postprocessed:
    """What came of it: the rules, what was chosen and why, what changed in each case, and which cases failed.

    ``labels`` is the cleaned mask where one was given as :class:`~scan2train.volume.Labels`.
    """

    rules: Rules
    cases: Mapping[str, tuple[Changed, ...]]
    failed: tuple[tuple[str, Scan2TrainError], ...] = ()
    chosen: tuple[Choice, ...] = ()
    without_truth: tuple[str, ...] = ()
    labels: Labels | None = None

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values, complete and stable."""
        return {
            "version": 1,
            "rules": {
                "every": self.rules.every.to_json(),
                "labels": {str(value): rule.to_json() for value, rule in sorted(self.rules.labels.items())},
            },
            "chosen": [one.to_json() for one in self.chosen],
            "without_truth": list(self.without_truth),
            "cases": [
                {"case": case, "labels": [one.to_json() for one in changed]}
                for case, changed in self.cases.items()
            ],
            "failed": [{"case": case, "error": str(error)} for case, error in self.failed],
        }


def postprocess(
    source: Labels | str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    rules: Rules | Mapping[str, Any] | str | os.PathLike[str],
    choose_on: str | os.PathLike[str] | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Postprocessed:
    """Clean masks by rules: small components, all but the largest, gaps and holes.

    Parameters
    ----------
    source
        Labels, a file of them, or a folder such as nnU-Net predicts into.
    out
        For a file a file, for a folder a folder outside of it; masks keep their names. Rules and report lie beside
        them, as ``postprocess.toml`` and ``postprocess.json``.
    rules
        For all labels alike, such as ``{"min_size": "0.5 ml", "largest": True, "closing_mm": 2.0, "fill_holes": True,
        "connectivity": 26}``; with ``"label": [{"value": 2, …}]`` besides for single ones; or a TOML file of the same.
    choose_on
        A folder with the truth of validation cases, named as the predictions in ``source``. Then ``rules`` are
        candidates: of each label only the parts are kept that raise its mean Dice over these cases. No rule,
        ``{}``, stands for the usual ones.
    jobs
        How many processes work at once.
    progress
        Called with how many masks are done, and how many there are.

    Returns
    -------
    Postprocessed
        What was removed and filled, by case and label.

    Raises
    ------
    WrongUse, OutputInUse, NoImages
        If there is nothing to do or no mask, no truth fits, or ``out`` is or lies in the source or is taken.
    Scan2TrainError
        For one mask, what reading or writing it raises; in a folder it costs that case alone.
    """
    if isinstance(rules, Mapping):
        rules = Rules.of_table(rules)
    asked = rules if isinstance(rules, Rules) else Rules.load(path_given(rules, "rules"))
    if choose_on is not None and asked.labels:
        raise WrongUse(
            "candidates are the same for all labels", expected="rules without 'label' with choose_on"
        )
    if choose_on is None and asked.every.idle and all(one.idle for one in asked.labels.values()):
        raise WrongUse("there is nothing to do", expected="a rule that does something, or choose_on")
    if isinstance(source, Labels):
        made, changed = clean_mask(source, asked)
        return Postprocessed(rules=asked, cases={"mask": changed}, labels=made)
    place, target = path_given(source, "a source"), path_given("" if out is None else out, "an output")
    if not is_one(place):
        return _folder(place, target, asked, choose_on, jobs, progress)
    if choose_on is not None:
        raise WrongUse("rules are chosen on several cases", expected="a folder of predictions", found=place)
    require_kept(place, written(target))
    changed = _clean(asked, place, target)
    return Postprocessed(rules=asked, cases={case_of(place.name): changed})


def _folder(
    place: Path,
    out: Path,
    asked: Rules,
    choose_on: str | os.PathLike[str] | None,
    jobs: int,
    progress: Progress | None,
) -> Postprocessed:
    names = masks_of(place)
    require_free(out, [place, *([] if choose_on is None else [choose_on])], [*names, RULES, REPORT])
    choices: tuple[Choice, ...] = ()
    lonely: tuple[str, ...] = ()
    if choose_on is not None:
        truths, lonely = _truths(names, path_given(choose_on))
        choices = _choose(place, path_given(choose_on), truths, asked.every, jobs, progress)
        asked = rules_of(choices)
    cases: dict[str, tuple[Changed, ...]] = {}
    failed: list[tuple[str, Scan2TrainError]] = []
    for name, value in _each(partial(_clean_or_error, asked, place, out), names, jobs, progress):
        if isinstance(value, Scan2TrainError):
            failed.append((case_of(name), value))
        else:
            cases[case_of(name)] = value
    result = Postprocessed(
        rules=asked, cases=cases, failed=tuple(failed), chosen=choices, without_truth=lonely
    )
    out.mkdir(parents=True, exist_ok=True)
    why = {one.label: one.why() for one in choices}
    text = json.dumps(result.to_json(), indent=1, ensure_ascii=False) + "\n"
    for name, told in ((RULES, asked.to_toml(why)), (REPORT, text)):
        with replacing(out / name) as file:
            file.write(told.encode())
    return result


def _truths(names: Sequence[str], folder: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The truth of each prediction that has one, by its name in another folder; and those that have none."""
    known = {case_of(one): one for one in masks_of(folder)}
    found = {name: known[case_of(name)] for name in names if case_of(name) in known}
    if not found:
        raise WrongUse(
            "no truth is named as a prediction",
            where=folder,
            expected=", ".join(case_of(one) for one in names[:3]),
            found=", ".join(list(known)[:3]),
        )
    return found, tuple(case_of(name) for name in names if name not in found)


def _choose(
    place: Path, folder: Path, truths: Mapping[str, str], asked: Rule, jobs: int, progress: Progress | None
) -> tuple[Choice, ...]:
    pairs = [(place / name, folder / truth) for name, truth in truths.items()]
    tried = candidates(asked, physical=not asked.idle or _labels(pairs[0][0]).grid.physical)
    scored = [_or_raise(value) for _, value in _each(partial(_scored, tried), pairs, jobs, progress)]
    choices = choose(tried, scored)
    while any(not one.rule.idle for one in choices):
        # Labels are neighbours: what one gives up another may fill. So the rules are tried together.
        rules = rules_of(choices)
        together = [_or_raise(value) for _, value in _each(partial(_together, rules), pairs, jobs, progress)]
        means = {
            one.label: float(np.mean([case.get(one.label, 1.0) for case in together])) for one in choices
        }
        worse = [one for one in choices if not one.rule.idle and means[one.label] <= one.before]
        if not worse:
            break
        choices = tuple(
            dropped(one, one.before, means[one.label]) if one in worse else one for one in choices
        )
    return choices


def _each(
    work: Callable[[Any], Any], items: Sequence[Any], jobs: int, progress: Progress | None
) -> Iterator[tuple[Any, Any]]:
    """Items in their order, each with what came of it or with its error."""
    found: list[Any] = [None] * len(items)
    with closing(run_in_processes(work, items, jobs) if jobs > 1 else run_here(work, items)) as outcomes:
        for count, outcome in enumerate(outcomes, start=1):
            item = items[outcome.at]
            where = item[0] if isinstance(item, tuple) else item  # of a pair its prediction
            failure = UnreadableFile("cannot be cleaned", where=where, found=outcome.failure)
            found[outcome.at] = failure if outcome.failure else outcome.value
            if progress is not None:
                progress(count, len(items))
    yield from zip(items, found, strict=True)


def _clean(rules: Rules, source: Path, target: Path) -> tuple[Changed, ...]:
    made, changed = clean_mask(_labels(source), rules)
    target.parent.mkdir(parents=True, exist_ok=True)
    write(made, target)
    return changed


def _clean_or_error(rules: Rules, place: Path, out: Path, name: str) -> tuple[Changed, ...] | Scan2TrainError:
    try:
        return _clean(rules, place / name, out / name)
    except Scan2TrainError as error:
        return error


def _scored(
    tried: Sequence[Rule], pair: tuple[Path, Path]
) -> Mapping[int, Sequence[float]] | Scan2TrainError:
    try:
        return dice_of_rules(_labels(pair[0]), _labels(pair[1]), tried)
    except Scan2TrainError as error:
        error.where = error.where or str(pair[0])
        return error


def _together(rules: Rules, pair: tuple[Path, Path]) -> Mapping[int, float] | Scan2TrainError:
    made, _ = clean_mask(_labels(pair[0]), rules)
    return {value: one[0] for value, one in dice_of_rules(made, _labels(pair[1]), (Rule(),)).items()}


def _labels(path: Path) -> Labels:
    found = read(path, as_labels=True)
    if not isinstance(found, Labels):
        raise WrongUse("this file holds no labels", where=path, found=repr(found))
    return found


def _or_raise(value: Any) -> Any:
    if isinstance(value, Scan2TrainError):
        raise value
    return value
