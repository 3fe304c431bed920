"""Findings as JSON: complete, and stable from version to version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from scan2train._version import __version__
from scan2train.finding import Finding
from scan2train.index import Index
from scan2train.reports.summary import summary


def as_json(index: Index, sources: Iterable[object], findings: Sequence[Finding]) -> str:
    """The object of ``check --format json``; its schema is in the reference."""
    return json.dumps(
        {
            "version": 1,
            "tool": {"name": "scan2train", "version": __version__},
            "sources": [str(source) for source in sources],
            "summary": summary(index, findings),
            "findings": [finding.to_json() for finding in findings],
        },
        indent=1,
    )
