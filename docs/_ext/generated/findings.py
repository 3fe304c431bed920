"""The pages on findings and on parity: the shapes of ``--format json``, as JSON schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator

from scan2train.reports.parity import PARITY_SCHEMA
from scan2train.reports.schema import SCHEMA

ABOUT = """\
# Findings as JSON

What `scan2train check --format json` prints, and what `prepare` leaves as `findings.json`. Keys are only ever added;
`version` grows where one changes its meaning.
"""

PARITY = """\
# Parity as JSON

What `scan2train parity --format json` prints; [Parity](api.md) says what each field of a row means. Keys are only ever
added; `version` grows where one changes its meaning.
"""


def pages() -> Iterator[tuple[str, str]]:
    """The pages ``findings`` and ``parity``."""
    yield "parity", f"{PARITY}\n```json\n{json.dumps(PARITY_SCHEMA, indent=1)}\n```\n"
    yield "findings", f"{ABOUT}\n```json\n{json.dumps(SCHEMA, indent=1)}\n```\n"
