"""What ``prepare`` found in the sources of a set, as it stands beside the cases."""

from __future__ import annotations

import json
from pathlib import Path

from scan2train.errors import OutputDamaged
from scan2train.finding import Finding, Severity, Where
from scan2train.preparing.ownership import FINDINGS

_TOLD = ("code", "name", "scope", "message", "advice", "seen", "expected", "affects")


def prepared_findings(out: Path) -> list[Finding]:
    """The findings of a prepared set, the worst first; none where it was cut off before they were written.

    Raises
    ------
    OutputDamaged
        If they cannot be read.
    """
    path = out / FINDINGS
    if not path.is_file():
        return []
    try:
        told = json.loads(path.read_bytes())["findings"]
        return [
            Finding(
                **{name: one[name] for name in _TOLD},
                severity=Severity(one["severity"]),
                where=Where(**one["where"]),
            )
            for one in told
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputDamaged("the findings of this set cannot be read", where=path, found=error) from error
