"""Labels that overlap, each a mask of its own: in as few volumes as they fit into, and scored one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from scan2train.evaluating.case import Wanted, scores_of
from scan2train.evaluating.ignored import ignored_in
from scan2train.evaluating.score import Score
from scan2train.measures.label_values import counts
from scan2train.volume import Labels

#: Volumes on one grid; a label lies in one of them, and within one none overlap.
Layers = tuple[Labels, ...]

OVERLAPPING = "labels overlap: each is scored as a mask of its own"


def layered(each: Iterable[Labels]) -> Layers:
    """Lay each region into the first volume in which it meets no other.

    Parameters
    ----------
    each
        Regions on one grid, one label each, no two of the same value.
    """
    made: list[Labels] = []
    for one in each:
        where = one.array != 0
        for at, layer in enumerate(made):
            if not layer.array[where].any():
                kind = np.promote_types(layer.array.dtype, one.array.dtype)
                array = np.where(where, one.array, layer.array).astype(kind, copy=False)
                made[at] = layer.replace(
                    array=array,
                    names={**layer.names, **one.names},
                    findings=(*layer.findings, *(new for new in one.findings if new not in layer.findings)),
                )
                break
        else:
            made.append(one)
    return tuple(made)


def layer_of(layers: Layers, value: int) -> Labels:
    """The volume that a label lies in, or has its name in; the first where it is in none."""
    return next((one for one in layers if value in one.names or (one.array == value).any()), layers[0])


def scores_of_layers(
    prediction: Layers | None,
    truth: Layers,
    wanted: Wanted,
    *,
    case: str = "",
    names: Mapping[int, str] | None = None,
) -> list[Score]:
    """Every metric of every label, by label; parameters and errors are those of :func:`scores_of`."""
    given = prediction or ()
    if len(given) <= 1 and len(truth) == 1:
        return scores_of(given[0] if given else None, truth[0], wanted, case=case, names=names)
    known = {**_names(given), **_names(truth), **(names or {})}
    ignored = ignored_in(known, wanted.labels)
    truth, given = _everywhere(truth, ignored), _everywhere(given, ignored)
    there = {value for one in (*given, *truth) for value in counts(one)}
    groups: dict[tuple[int, int], list[int]] = {}
    for value in wanted.labels or sorted({*there, *known} - {0, *ignored}):
        pair = (_place(given, value), _place(truth, value))
        groups.setdefault(pair, []).append(value)
    scores = [
        replace(score, note="; ".join(filter(None, (score.note, OVERLAPPING))))
        for (p, t), values in groups.items()
        for score in scores_of(
            given[p] if given else None,
            truth[t],
            replace(wanted, labels=tuple(values)),
            case=case,
            names=known,
        )
    ]
    return sorted(scores, key=lambda score: score.label)


def _place(layers: Sequence[Labels], value: int) -> int:
    found = layer_of(tuple(layers), value) if layers else None
    return next((at for at, one in enumerate(layers) if one is found), 0)


def _names(layers: Iterable[Labels]) -> dict[int, str]:
    return {value: name for one in layers for value, name in one.names.items()}


def _everywhere(layers: Layers, values: Sequence[int]) -> Layers:
    """Each volume with those labels that are in any: where one is to be ignored, all are."""
    made = layers
    for value in values:
        where = np.logical_or.reduce([one.array == value for one in layers]) if layers else np.False_
        if where.any():
            made = tuple(one.replace(array=np.where(where, value, one.array)) for one in made)
    return made
