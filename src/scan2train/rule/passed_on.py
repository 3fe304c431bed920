"""What the reader of a format noticed in a file's header, for the rule whose code it bears."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scan2train.finding import Severity
from scan2train.rule.hit import Hit


def passed_on(code: str, row: Mapping[str, Any]) -> Iterator[Hit]:
    """Findings of that code from the column ``noticed`` of a row of the volumes table.

    Formats judge their own headers while they read them, with the thresholds of
    :mod:`scan2train.knowledge.tolerances`; the index keeps what they said.
    """
    for text in row["noticed"] or ():
        told = json.loads(text)
        if told["code"] == code:
            yield Hit(
                severity=Severity(told["severity"]),
                message=told["message"],
                seen=told["seen"],
                expected=told["expected"],
                advice=told["advice"],
                affects=told["affects"],
            )
