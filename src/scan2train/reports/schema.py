"""The JSON schema (draft 2020-12) of what ``check --format json`` prints."""

from __future__ import annotations

from typing import Any, Final, get_args

from scan2train.finding import Scope, Severity

_TEXT: Final = {"type": "string"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_SEVERITIES: Final = [severity.value for severity in sorted(Severity, key=lambda one: -one.rank)]


def _all(properties: dict[str, Any], *, optional: bool = False) -> dict[str, Any]:
    required = [] if optional else list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_FINDING: Final = _all(
    {
        "code": {"type": "string", "pattern": "^[A-Z]{3}[0-9]{3}$"},
        "name": _TEXT,
        "severity": {"enum": _SEVERITIES},
        "scope": {"enum": list(get_args(Scope))},
        "where": _all({"path": _TEXT, "series_uid": _TEXT, "volume": _TEXT}, optional=True),
        "message": _TEXT,
        "advice": _TEXT,
        "seen": _TEXT,
        "expected": _TEXT,
        "affects": _COUNT,
    }
)

#: Keys are only ever added; ``version`` grows where one changes its meaning.
SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "scan2train check --format json",
    **_all(
        {
            "version": {"const": 1},
            "tool": _all({"name": {"const": "scan2train"}, "version": _TEXT}),
            "sources": {"type": "array", "items": _TEXT},
            "summary": _all(
                {
                    **dict.fromkeys(("files", "instances", "series", "volumes", "skipped"), _COUNT),
                    "findings": _all(dict.fromkeys(_SEVERITIES, _COUNT)),
                }
            ),
            "findings": {"type": "array", "items": _FINDING},
        }
    ),
}
