"""The page on findings: the shape of ``check --format json``, as a JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

from scan2train.reports.schema import SCHEMA

ABOUT = """\
# Findings as JSON

What `scan2train check --format json` prints, and what `prepare` leaves as `findings.json`. Keys are only ever added;
`version` grows where one changes its meaning.
"""


def pages() -> Iterator[tuple[str, str]]:
    """The page ``findings``."""
    yield "findings", f"{ABOUT}\n```json\n{json.dumps(SCHEMA, indent=1)}\n```\n"
