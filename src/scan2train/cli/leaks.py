"""``scan2train leaks``: what tells the label without a look at the picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.fail_on import FailOn, exit_code, rank_of
from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import Format, NoCache, Salt, Sources
from scan2train.cli.put import put


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("leaks", epilog="Example: scan2train leaks hospital/ --labels labels.csv")(guarded(leaks))


def leaks(
    sources: Sources,
    labels: Annotated[
        Path,
        typer.Option(
            "--labels",
            metavar="CSV",
            help="Table with the columns case,label; a case is a folder's name, a PatientID or a file's stem.",
            show_default=False,
        ),
    ],
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of the shuffling.")] = 0,
    permutations: Annotated[
        int,
        typer.Option(
            "--permutations", min=1000, metavar="N", help="How often the labels are shuffled over the cases."
        ),
    ] = 10_000,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit with 1 from this severity on.")
    ] = FailOn.ERROR,
    format: Annotated[  # noqa: A002
        Format, typer.Option("--format", help="text, or json as `check` prints it.")
    ] = Format.TEXT,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write the result here.", show_default="stdout"),
    ] = None,
    no_cache: NoCache = False,
    salt: Salt = None,
) -> None:
    """Say which attributes, names or words tell the label, one by one and together.

    Every property of the headers and names is tested against labels that are shuffled over the cases, and corrected for
    how many were tested: where nothing tells the label, one run in a hundred says something. Values that identify are
    never printed.
    """
    from scan2train.cli.found import found_in, require_outside, tell_empty
    from scan2train.cohort.leaks import leaks as run
    from scan2train.reports.json import as_json
    from scan2train.reports.leaks import as_table

    require_outside(sources, out)
    with progress_bar("indexing") as progress:
        found, without = found_in(sources, cache=not no_cache, salt=salt, progress=progress)
    findings = run(found, labels, seed=seed, permutations=permutations)
    text = as_json(found, sources, findings) if format == Format.JSON else "\n".join(as_table(findings))
    put(f"{text}\n", out)
    tell_empty(without)
    raise typer.Exit(exit_code(findings, rank_of(fail_on), without))
