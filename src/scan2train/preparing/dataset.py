"""``dataset.json``: the set as a whole. No clock, host or absolute path: the same run gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scan2train.knowledge.split_names import TEST, TRAIN, VAL
from scan2train.preparing.request import Request
from scan2train.preparing.versions import versions


def describe_dataset(
    request: Request,
    sources: Sequence[str],
    states: Sequence[str],
    parts: Sequence[str],
    labels: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """What stands in ``dataset.json``; ``parts`` says where each case is, ``labels`` is of that name in accounts."""
    recipe = request.recipe
    labelled = list(labels)
    names = names_of_set(labelled)
    return {
        "format": 1,
        "recipe": {
            "name": recipe.name,
            "about": recipe.about,
            "task": recipe.task,
            "fingerprint": recipe.fingerprint,
        },
        **request.reading.to_json(),
        "seed": request.seed,
        "store": request.store,
        "layout": request.layout,
        "sources": list(sources),
        "counts": {
            "cases": len(states),
            "done": states.count("done"),
            "failed": states.count("failed"),
            "labelled": len(labelled),
            **({part: parts.count(part) for part in (TRAIN, VAL, TEST)} if any(parts) else {}),
        },
        "labels": {str(value): names[value] for value in sorted(names)},
        "versions": versions(),
    }


def names_of_set(labels: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Every value that the labels of a set have or name, with its name; empty where no case has one for it."""
    names: dict[int, str] = {}
    for one in labels:
        for value in (*one["voxels"], *one["names"]):
            names[int(value)] = one["names"].get(value, "") or names.get(int(value), "")
    return names
