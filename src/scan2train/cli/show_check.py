"""What `check` has found, printed or written in the form that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.cli.options import Format
from scan2train.cli.put import put

if TYPE_CHECKING:
    from scan2train.finding import Finding
    from scan2train.index import Index


def show(
    found: Index,
    sources: Sequence[Path],
    findings: Sequence[Finding],
    format: str,  # noqa: A002
    out: Path | None,
    *,
    fails_from: int,
    rules: Sequence[Path],
    jobs: int | None,
) -> None:
    """Print findings, or write them to ``out``; ``fails_from`` is the rank from which one is a failure."""
    from scan2train.cli.show_findings import plain, print_findings

    if format != Format.TEXT:
        put(_formatted(found, sources, findings, format, fails_from, rules, jobs), out)
    elif out is not None:
        put(plain(found, findings), out)
    else:
        print_findings(found, findings)


def print_empty(sources: Sequence[Path], out: Path | None) -> None:
    """The JSON object of a run that came to nothing: scripts can read it all the same."""
    from scan2train.cli.found import nothing_found
    from scan2train.reports.json import as_json

    put(as_json(nothing_found(), sources, ()) + "\n", out)


def _formatted(
    found: Index,
    sources: Sequence[Path],
    findings: Sequence[Finding],
    format: str,  # noqa: A002
    fails_from: int,
    rules: Sequence[Path],
    jobs: int | None,
) -> str:
    if format == Format.JSON:
        from scan2train.reports.json import as_json

        return as_json(found, sources, findings) + "\n"
    if format == "html":
        from scan2train.reports.html.of_source import report_of_findings
        from scan2train.reports.html.write import render

        return render(report_of_findings(found, sources, findings, rules=rules, jobs=jobs))
    if format == "junit":
        from scan2train.reports.junit import as_junit

        return as_junit(findings, fails_from)
    from scan2train.checking.places import Places

    places = Places(found)
    if format == "github":
        from scan2train.reports.github import as_github

        return as_github(findings, places, Path.cwd())
    from scan2train.reports.sarif import as_sarif
    from scan2train.rule.load import all_rules

    return as_sarif(findings, all_rules(rules), places, Path.cwd()) + "\n"
