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
    names: dict[int, str] = {}
    n_labelled = 0
    for one in labels:
        n_labelled += 1
        names |= {int(value): one["names"].get(value, "") for value in one["voxels"]}
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
            "labelled": n_labelled,
            **({part: parts.count(part) for part in (TRAIN, VAL, TEST)} if any(parts) else {}),
        },
        "labels": {str(value): names[value] for value in sorted(names)},
        "versions": versions(),
    }
