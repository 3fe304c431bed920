"""The numbers at the head of every report: what a source holds, and how many findings there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scan2train.finding import Finding, Severity
from scan2train.index import Index


def held(index: Index) -> dict[str, int]:
    """``files``, ``instances``, ``series``, ``volumes`` and ``skipped`` of an index."""
    return {
        "files": index.instances.height + index.skipped.height,
        "instances": index.instances.height,
        "series": index.volumes["series_uid"].drop_nulls().n_unique(),
        "volumes": index.volumes.height,
        "skipped": index.skipped.height,
    }


def summary(index: Index, findings: Iterable[Finding]) -> dict[str, Any]:
    """What an index holds, and ``findings`` by severity, the worst first."""
    counts = {severity.value: 0 for severity in sorted(Severity, key=lambda s: -s.rank)}
    for finding in findings:
        counts[finding.severity.value] += 1
    return {**held(index), "findings": counts}
