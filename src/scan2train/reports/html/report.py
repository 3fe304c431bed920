"""What the page shows, gathered before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scan2train.finding import Finding
from scan2train.reports.html.acquisitions import Acquisition, Distribution
from scan2train.reports.html.case import Case
from scan2train.reports.html.groups import Group
from scan2train.reports.html.intensities import Intensities


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of a source, or of a prepared set.

    ``tiles`` are numbers and what they count; ``summary`` counts the ``findings`` by severity; ``copies`` says in words
    which cases can be scrolled through; ``skipped`` are file, reason and message of what gave no image.
    """

    title: str
    about: str
    tiles: tuple[tuple[str, str], ...]
    summary: dict[str, Any]
    findings: tuple[Finding, ...]
    groups: tuple[Group, ...]
    cases: tuple[Case, ...]
    acquisitions: tuple[Acquisition, ...]
    distributions: tuple[Distribution, ...]
    intensities: tuple[Intensities, ...]
    copies: str
    skipped: tuple[tuple[str, str, str], ...]
    skipped_count: int
