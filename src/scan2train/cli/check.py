"""``scan2train check``: the audit."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import complain, guarded, progress_bar
from scan2train.cli.options import Format, Jobs, NoCache, Salt, Sources, offered

#: Ways to print that come with a later version.
_LATER = ("html", "sarif", "junit", "github")


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
RuleFolders = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules", metavar="DIR", help="Folder with rules of your own, one file each; may be repeated."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("check")(guarded(check))


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
    format: Annotated[str, typer.Option("--format", metavar="WORD", help="text or json.")] = "text",  # noqa: A002
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write the result here instead of on stdout."),
    ] = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    salt: Salt = None,
) -> None:
    """Say what is wrong, odd, or worth knowing about a pile of scans, and what to do about it.

    Headers are always checked. A rule's page is shown by `scan2train explain CODE`.
    """
    from scan2train.check import PIXELS_BELOW
    from scan2train.check import check as run
    from scan2train.cli.show_findings import plain, print_findings
    from scan2train.cli.words import words
    from scan2train.index import index
    from scan2train.reports.json import as_json

    offered("--format", format, here=tuple(Format), later=_LATER)
    with progress_bar("indexing") as progress:
        found = index(*sources, jobs=jobs, cache=not no_cache, salt=salt, progress=progress, empty=True)
    decode = found.volumes.height < PIXELS_BELOW if pixels is None else pixels
    with progress_bar("looking at pixels") as progress:
        findings = run(
            found,
            select=words(select),
            ignore=words(ignore),
            pixels=decode,
            rules=rules or (),
            jobs=jobs,
            progress=progress,
        )
    if out is not None:
        text = as_json(found, sources, findings) + "\n" if format == Format.JSON else plain(found, findings)
        out.write_text(text, encoding="utf-8")
    elif format == Format.JSON:
        typer.echo(as_json(found, sources, findings))
    else:
        print_findings(found, findings)
    if found.instances.is_empty():
        complain(
            "no image was found", "The findings, and `scan2train index`, say why files were passed over."
        )
        raise typer.Exit(2)
    worst = max((finding.severity.rank for finding in findings), default=-1)
    limit = {"info": 0, "warning": 1, "error": 2, "never": 3}[fail_on]
    raise typer.Exit(1 if worst >= limit else 0)
