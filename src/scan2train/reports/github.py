"""Findings as annotations of GitHub Actions: one command a line, which the runner shows beside the files.

The form is that of GitHub's "Workflow commands"; it has three levels, and escapes of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scan2train.checking.places import Places
from scan2train.finding import Finding, Severity
from scan2train.reports.escape import shown
from scan2train.reports.location import seen_from

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_github(findings: Iterable[Finding], places: Places, working: Path) -> str:
    """A line a finding, the worst first; paths as seen from ``working``."""
    return "".join(f"{_line(one, places, working)}\n" for one in findings)


def _line(one: Finding, places: Places, working: Path) -> str:
    place = seen_from(working, one, places)
    file = "" if place is None else f"file={_property(place[0])},"
    said = [one.message + (f": {one.seen}" if one.seen else "")]
    said += [f"expected: {one.expected}"] if one.expected else []
    said += [f"do: {one.advice}"] if one.advice else []
    text = "%0A".join(_data(part) for part in said)
    return f"::{_LEVELS[one.severity]} {file}title={_property(f'{one.code} {one.name}')}::{text}"


def _data(text: str) -> str:
    # Control characters were made visible before, so that a header can neither end the line nor begin a command.
    return shown(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
