"""``scan2train check``: the audit."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import complain, guarded, progress_bar
from scan2train.cli.options import Format, Jobs, NoCache, RuleFolders, Salt, Sources, offered

if TYPE_CHECKING:
    from scan2train.finding import Finding
    from scan2train.index import Index

#: Ways to print that are there, and those that come with a later version.
_FORMATS, _LATER = (*Format, "html"), ("sarif", "junit", "github")
_RANKS = {"info": 0, "warning": 1, "error": 2, "never": 3}


class FailOn(StrEnum):
    """The least severity at which the exit code is 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


Select = Annotated[
    str,
    typer.Option(
        "--select",
        metavar="CODES",
        help="Only these rules: codes or beginnings, as GEO,PIX001.",
        show_default="all",
    ),
]
Ignore = Annotated[
    str,
    typer.Option(
        "--ignore",
        metavar="CODES",
        help="Not these rules; the longer of two words wins.",
        show_default="none",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("check", epilog="Example: scan2train check hospital/ --ignore GEO012 --fail-on warning")(
        guarded(check)
    )


def check(
    sources: Sources,
    select: Select = "",
    ignore: Ignore = "",
    pixels: Annotated[
        bool | None,
        typer.Option(
            "--pixels/--no-pixels",
            help="Decode volumes for the rules that look at pixels.",
            show_default="yes below 200 volumes",
        ),
    ] = None,
    rules: RuleFolders = None,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit with 1 from this severity on.")
    ] = FailOn.ERROR,
    format: Annotated[  # noqa: A002
        str,
        typer.Option("--format", metavar="WORD", help="text, json or html (the page that `report` writes)."),
    ] = "text",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write the result here.", show_default="stdout"),
    ] = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    salt: Salt = None,
    split: Annotated[
        Path | None,
        typer.Option(
            "--split",
            metavar="FILE",
            help="Which cases are for training, validation and test: JSON or CSV; one patient in two parts is found.",
            show_default="folders such as train/ and test/",
        ),
    ] = None,
    task: Annotated[str, typer.Option("--task", metavar="T", help="Not there yet.", show_default=False)] = "",
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="Not there yet.", show_default=False)
    ] = None,
) -> None:
    """Say what is wrong, odd, or worth knowing about a pile of scans, and what to do about it.

    Headers are always checked. A rule's page is shown by `scan2train explain CODE`.
    """
    from scan2train.check import check as run
    from scan2train.cli.found import found_in, require_outside
    from scan2train.cli.words import words
    from scan2train.errors import Scan2TrainError

    offered("--format", format, here=_FORMATS, later=_LATER)
    for option, given in (("--task", task), ("--baseline", baseline)):
        offered(option, str(given or ""), here=("",), later=(str(given or ""),))
    require_outside(sources, out)
    try:
        with progress_bar("indexing") as progress:
            found, without = found_in(sources, jobs=jobs, cache=not no_cache, salt=salt, progress=progress)
        with progress_bar("looking at pixels") as progress:
            findings = run(
                found,
                select=words(select),
                ignore=words(ignore),
                pixels=pixels,
                rules=rules or (),
                split=split,
                salt=salt,
                jobs=jobs,
                progress=progress,
            )
        _show(found, sources, findings, format, out, jobs)
    except Scan2TrainError:
        if format == Format.JSON:
            _print_empty(sources, out)
        raise
    for source in without:
        complain(f"{source}: no image was found", "The findings, and `scan2train index`, say why.")
    worst = max((finding.severity.rank for finding in findings), default=-1)
    raise typer.Exit(2 if without else 1 if worst >= _RANKS[fail_on] else 0)


def _show(
    found: Index,
    sources: list[Path],
    findings: list[Finding],
    format: str,  # noqa: A002
    out: Path | None,
    jobs: int | None,
) -> None:
    from scan2train.cli.show_findings import plain, print_findings
    from scan2train.reports.json import as_json

    if format == Format.JSON:
        _print(as_json(found, sources, findings) + "\n", out)
    elif format == "html":
        from scan2train.reports.html.of_source import report_of_findings
        from scan2train.reports.html.write import render

        _print(render(report_of_findings(found, sources, findings, jobs=jobs)), out)
    elif out is not None:
        _print(plain(found, findings), out)
    else:
        print_findings(found, findings)


def _print(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")


def _print_empty(sources: list[Path], out: Path | None) -> None:
    """The object of a run that came to nothing: scripts can read it all the same."""
    from scan2train.cli.found import nothing_found
    from scan2train.reports.json import as_json

    _print(as_json(nothing_found(), sources, ()) + "\n", out)
