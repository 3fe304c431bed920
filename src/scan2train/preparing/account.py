"""``account.json``: what a case was made from, what was done, and what came out, exact enough to replay."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scan2train.finding import Finding
from scan2train.grid import Grid
from scan2train.preparing.job import Job
from scan2train.preparing.scan_facts import scan_facts
from scan2train.preparing.undoing import how_to_undo
from scan2train.preparing.versions import versions
from scan2train.reading.options import Options
from scan2train.recipe import Recipe
from scan2train.volume import Labels, Volume

ACCOUNT = "account.json"


def write_account(
    job: Job,
    *,
    asked: Recipe,
    done: Recipe,
    reading: Options,
    sources: Sequence[Mapping[str, str]],
    before: Grid,
    image: Volume,
    labels: Labels | None,
    labels_sources: Sequence[Mapping[str, str]],
    findings: Sequence[Finding],
    files: Mapping[str, tuple[int, str]],
) -> dict[str, Any]:
    """All that stands in the account. Paths are below their source; there is no clock, host or user in it."""
    account: dict[str, Any] = {
        "case": job.case,
        "volume": job.row["volume"],
        "sources": list(sources),
        **reading.to_json(),
        "recipe": {"name": asked.name, "fingerprint": asked.fingerprint},
        "seed": job.seed,
        "done": done.to_json()["step"],
        "undo": how_to_undo(done, before),
        "grid_before": before.to_json(),
        "grid_after": image.grid.to_json(),
        **({"slices": dict(image.meta["slices"])} if "slices" in image.meta else {}),
        "unit": image.unit,
        "scan": scan_facts(job.row),
        "fill": float(image.meta.get("fill", 0.0)),
        "findings": [finding.to_json() for finding in findings],
        "files": {name: {"bytes": size, "sha256": sha256} for name, (size, sha256) in files.items()},
        "versions": versions(),
    }
    if labels is not None:
        own, *further = labels_sources
        account["labels"] = {
            **own,
            **({"data": further} if further else {}),
            "names": {str(value): name for value, name in sorted(labels.names.items())},
            "voxels": {str(value): count for value, count in count_voxels(labels).items()},
        }
    return account


def to_bytes(data: Mapping[str, Any]) -> bytes:
    """JSON that gives every number back exactly, in the order of ``data``."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def count_voxels(labels: Labels) -> dict[int, int]:
    """How many voxels each value has, in order of the values; those with none are left out."""
    array = labels.array.T  # (k, j, i): slice by slice, as it lies in memory
    if array.dtype != np.uint8:
        values, counts = np.unique(array, return_counts=True)
        return dict(zip(values.tolist(), counts.tolist(), strict=True))
    total = np.zeros(256, np.int64)
    for plane in array:
        total += np.bincount(plane.ravel(), minlength=256)
    return {value: int(total[value]) for value in np.flatnonzero(total).tolist()}
