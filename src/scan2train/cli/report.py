"""``scan2train report``: one page of what was found, and of what was done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import Jobs, NoCache, RuleFolders, Salt, Sources


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("report", epilog="Example: scan2train report hospital/ -o report.html")(guarded(report))


def report(
    sources: Sources,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="The page, FILE.html.", show_default=False)
    ],
    rules: RuleFolders = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    salt: Salt = None,
) -> None:
    """Write one self-contained HTML page about a folder of scans, or about a prepared set.

    It holds a picture and a histogram of every volume, copies that scroll, what is wrong with each and what to do, how
    they were acquired, and for prepared sets what was done. It opens from disk and asks nothing of any server.
    """
    from scan2train.cli.found import require_outside
    from scan2train.errors import WrongUse
    from scan2train.index import index
    from scan2train.reports.html.of_prepared import is_prepared, report_of_prepared
    from scan2train.reports.html.of_source import report_of_source
    from scan2train.reports.html.write import write_report

    if out.suffix.lower() not in (".html", ".htm"):
        raise WrongUse("a report is a page", expected="-o FILE.html", found=out.name)
    require_outside(sources, out)
    prepared = [source for source in sources if is_prepared(source)]
    if prepared and len(sources) > 1:
        raise WrongUse("a prepared set has a report of its own", where=prepared[0], advice="Name it alone.")
    if prepared:
        with progress_bar("looking at cases") as progress:
            made = report_of_prepared(prepared[0], jobs=jobs, progress=progress)
    else:
        with progress_bar("indexing") as progress:
            found = index(*sources, jobs=jobs, cache=not no_cache, salt=salt, progress=progress)
        with progress_bar("looking at volumes") as progress:
            made = report_of_source(
                found, sources, rules=[str(one) for one in rules or ()], jobs=jobs, progress=progress
            )
    write_report(made, out)
    typer.echo(str(out))
