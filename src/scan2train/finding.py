"""What was noticed about the data: a code, where it is, what was seen, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Scope = Literal["file", "volume", "series", "study", "dataset"]


class Severity(StrEnum):
    """How much a finding matters to somebody who trains on the data."""

    ERROR = "error"  #: training on it is wrong
    WARNING = "warning"  #: look before you train
    INFO = "info"  #: handled, or worth knowing

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error: for comparing with a threshold."""
        return ("info", "warning", "error").index(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The place a finding is about; only what applies is filled.

    ``path`` is a file or folder below a source, ``series_uid`` a Series Instance UID (0020,000E), ``volume`` a
    volume id of the index.
    """

    path: str | None = None
    series_uid: str | None = None
    volume: str | None = None

    def to_json(self) -> dict[str, str]:
        """Only the filled fields, in a fixed order."""
        fields = {"path": self.path, "series_uid": self.series_uid, "volume": self.volume}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, odd, or worth knowing.

    ``code`` and ``name`` are those of the rule (``"GEO003"``, ``"uneven-slice-spacing"``); ``seen`` and
    ``expected`` quote the evidence; ``affects`` counts the instances, volumes or cases concerned.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    message: str
    where: Where = Where()
    advice: str = ""
    seen: str = ""
    expected: str = ""
    affects: int = 1

    def to_json(self) -> dict[str, object]:
        """The object of ``check --format json``."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity.value,
            "scope": self.scope,
            "where": self.where.to_json(),
            "message": self.message,
            "advice": self.advice,
            "seen": self.seen,
            "expected": self.expected,
            "affects": self.affects,
        }
