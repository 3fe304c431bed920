"""From nothing to a report, a prepared set, and a picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from scan2train.demo.fit import choices
from scan2train.demo.hospital import entries, write_hospital
from scan2train.demo.picture import draw_case
from scan2train.demo.place import claim, finish
from scan2train.demo.warm import compiling
from scan2train.demo.words import (
    describe_cases,
    describe_choices,
    describe_findings,
    describe_hospital,
    describe_index,
    next_commands,
)
from scan2train.index import index
from scan2train.prepare import prepare
from scan2train.reports.html.of_source import report_of_source
from scan2train.reports.html.write import write_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scan2train.finding import Finding
    from scan2train.index import Index
    from scan2train.preparing.result import Prepared

_RECIPE = "ct-lung"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What a demo left, and what it found.

    ``folder`` holds everything; ``hospital`` the scans, ``page`` the report about them, ``ready`` the prepared set,
    ``picture`` one case before and after.
    """

    folder: Path
    hospital: Path
    ready: Path
    picture: Path
    page: Path
    index: Index
    findings: tuple[Finding, ...]
    prepared: Prepared
    seconds: float


def run_demo(
    folder: str | Path | None = None,
    *,
    jobs: int | None = None,
    echo: Callable[[str], object] = print,
) -> DemoResult:
    """Make a small messy hospital, index, check and report it, and prepare what is fit with the recipe ct-lung.

    Run again on the same folder, it takes what is there and goes on.

    Parameters
    ----------
    folder
        Made if it is not there; ``scan2train-demo`` in the working directory if not given.
    jobs
        Number of processes; as many as there are cores if not given.
    echo
        Called with each line of the account.

    Raises
    ------
    OutputInUse
        If the folder holds something that is not a demo's.
    CasesFailed
        If a case could not be made.
    """
    started = perf_counter()
    out = Path("scan2train-demo") if folder is None else Path(folder)
    hospital, ready, picture, page = out / "hospital", out / "ready", out / "demo.png", out / "report.html"
    echo(f"A small hospital, made up: {hospital}")
    left = claim(out)
    with compiling(_RECIPE):
        if left:
            echo("  as an earlier demo left it")
        else:
            write_hospital(hospital)
            finish(out)
        _say(echo, describe_hospital(entries()))
        echo("Indexing; the first run compiles the loops that read headers, which takes some seconds …")
        clock = perf_counter()
        found = index(hospital, jobs=jobs, cache=False)
        _say(echo, describe_index(found, perf_counter() - clock))
    echo("Checking, with a picture of every volume …")
    clock = perf_counter()
    report = report_of_source(found, [hospital], jobs=jobs)
    write_report(report, page)
    _say(echo, describe_findings(report.findings, entries(), perf_counter() - clock))
    clock = perf_counter()
    table = choices(found, report.findings)
    table.write_csv(out / "choices.csv")
    echo(describe_choices(table, out / "choices.csv"))
    echo("Preparing; the first run compiles the loops that touch voxels …")
    prepared = prepare(found, _RECIPE, ready, choices=out / "choices.csv", labels="auto", jobs=jobs)
    prepared.raise_for_failures()
    _say(echo, describe_cases(prepared, perf_counter() - clock))
    draw_case(found, prepared, picture)
    _say(echo, next_commands(out))
    return DemoResult(
        folder=out,
        hospital=hospital,
        ready=ready,
        picture=picture,
        page=page,
        index=found,
        findings=report.findings,
        prepared=prepared,
        seconds=perf_counter() - started,
    )


def _say(echo: Callable[[str], object], lines: Iterable[str]) -> None:
    """One part of the account, and an empty line."""
    for line in lines:
        echo(line)
    echo("")
