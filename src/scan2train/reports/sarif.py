"""Findings as SARIF 2.1.0, the format in which code-scanning services take results (OASIS standard, 2020)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from scan2train._version import __version__
from scan2train.checking.baseline import fingerprint
from scan2train.checking.failed import PAGES
from scan2train.checking.places import Places
from scan2train.finding import Finding, Severity
from scan2train.reports.escape import shown
from scan2train.reports.location import as_uri, seen_from
from scan2train.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
#: Paths that begin in the folder that a run was started in: what a service lays over its repository.
_ROOT = "%SRCROOT%"


def as_sarif(findings: Sequence[Finding], rules: Iterable[Rule], places: Places, working: Path) -> str:
    """The log of one run.

    Parameters
    ----------
    findings
        What was found.
    rules
        Where the pages of rules are found; those that found something are described.
    places
        Where findings lie.
    working
        The folder that paths are relative to; what lies outside is named whole.
    """
    names = {one.code: one.name for one in findings}
    codes = sorted(names)
    pages = {rule.code: rule for rule in rules}
    run = {
        "tool": {
            "driver": {
                "name": "scan2train",
                "semanticVersion": __version__,
                "rules": [_rule(code, names[code], pages.get(code)) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes.index(one.code), places, working) for one in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(code: str, name: str, rule: Rule | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": code, "name": name}
    if rule is not None:
        sections = rule.page.sections
        told["shortDescription"] = {"text": f"{rule.page.title}."}
        told["fullDescription"] = {"text": _line(sections["What it finds"])}
        told["help"] = {
            "text": "\n\n".join(f"{title}\n{text}" for title, text in sections.items()),
            "markdown": "\n\n".join(f"**{title}**\n\n{text}" for title, text in sections.items()),
        }
    elif code in PAGES:
        told["shortDescription"] = {"text": PAGES[code].splitlines()[1]}
    return told


def _result(one: Finding, index: int, places: Places, working: Path) -> dict[str, Any]:
    evidence = [f"Seen: {one.seen}" if one.seen else "", f"Expected: {one.expected}" if one.expected else ""]
    said = [
        f"{one.message[:1].upper()}{one.message[1:]}.",
        *(f"{part}." for part in evidence if part),
        one.advice,
    ]
    location: dict[str, Any] = {}
    place = seen_from(working, one, places)
    if place is not None:
        location["physicalLocation"] = {"artifactLocation": _artifact(*place)}
    named = [("volume", one.where.volume), ("series", one.where.series_uid)]
    logical = [{"name": shown(text), "kind": kind} for kind, text in named if text]
    if logical:
        location["logicalLocations"] = logical
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": _LEVELS[one.severity],
        "message": {"text": " ".join(shown(part) for part in said if part)},
        **({"locations": [location]} if location else {}),
        "partialFingerprints": {"scan2train/v1": fingerprint(one)},
        "properties": {"scope": one.scope, "affects": one.affects},
    }


def _artifact(path: str, relative: bool) -> dict[str, str]:
    uri = as_uri(path, relative)
    return {"uri": uri, "uriBaseId": _ROOT} if relative else {"uri": uri}


def _line(text: str) -> str:
    return " ".join(text.split())
