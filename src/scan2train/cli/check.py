"""``scan2train check``: the audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.fail_on import FailOn, exit_code, rank_of
from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import TASKS, Format, Jobs, NoCache, RuleFolders, Salt, Sources, offered

Select = Annotated[
    str,
    typer.Option(
        "--select",
        metavar="CODES",
        help="Only these rules: codes or beginnings, as GEO,PIX001; sets aside what settings choose.",
        show_default="all",
    ),
]
Ignore = Annotated[
    str,
    typer.Option(
        "--ignore",
        metavar="CODES",
        help="Not these rules, nor those that settings ignore; --select GEO012 --ignore GEO keeps GEO012.",
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
        FailOn | None,
        typer.Option("--fail-on", help="Exit with 1 from this severity on.", show_default="error"),
    ] = None,
    format: Annotated[  # noqa: A002
        str,
        typer.Option(
            "--format",
            metavar="WORD",
            help="text, json, html (the page that `report` writes), sarif, junit, or github (annotations).",
            show_default="text",
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Write the result here; with --fix a folder, for what mends it.",
            show_default="stdout",
        ),
    ] = None,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix", help="Write choices.csv and recipe.toml, which mend what can be, into the folder of -o."
        ),
    ] = False,
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
    task: Annotated[
        str,
        typer.Option(
            "--task",
            metavar="NAME|FILE",
            help=f"What is to be learnt: {TASKS}, or a TOML file. Shows which scans to take, too.",
            show_default="none",
        ),
    ] = "",
    choices: Annotated[
        Path | None,
        typer.Option(
            "--choices",
            metavar="FILE",
            help="Leave out the volumes that this table rejects, such as the one that `view` writes.",
            show_default="none",
        ),
    ] = None,
    choices_out: Annotated[
        Path | None,
        typer.Option(
            "--choices-out",
            metavar="FILE",
            help="Write which scans to take for the task (CSV or Parquet): edit it, give it to prepare --choices.",
            show_default="none",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline", metavar="FILE", help="Tell only what this file of --write-baseline does not know."
        ),
    ] = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option("--write-baseline", metavar="FILE", help="Note in this file all that is found now."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="Settings, as scan2train.toml or pyproject.toml.",
            show_default="the nearest one at or above the working folder, else the sources",
        ),
    ] = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="Take no settings from any file.")] = False,
) -> None:
    """Say what is wrong, odd, or worth knowing about a pile of scans, and what to do about it.

    Headers are always checked. A rule's page is shown by `scan2train explain CODE`.
    """
    from scan2train.check import check as run
    from scan2train.checking.per_path import without_ignored
    from scan2train.checking.places import Places
    from scan2train.checking.settings import FORMATS
    from scan2train.cli.baseline import only_new
    from scan2train.cli.fix import write_fix
    from scan2train.cli.found import found_in, require_outside, tell_empty
    from scan2train.cli.settings import require_known_codes, settings_for
    from scan2train.cli.show_check import print_empty, show
    from scan2train.cli.show_choices import show_choices
    from scan2train.cli.words import words
    from scan2train.errors import Scan2TrainError, WrongUse
    from scan2train.rule.load import all_rules
    from scan2train.task import Task

    settings = settings_for(sources, config, isolated=isolated)
    format = format or settings.format or "text"  # noqa: A001
    offered("--format", format, here=FORMATS)
    task = task or settings.task or ""
    if choices_out is not None and not task:
        raise WrongUse(
            "--choices-out needs --task", advice="The choice of scans depends on what is to be learnt."
        )
    if fix and out is None:
        raise WrongUse(
            "--fix needs a folder", advice="Name it with -o. Sources themselves are never changed."
        )
    for place in (out, choices_out, write_baseline):
        require_outside(sources, place)
    folders = tuple(dict.fromkeys(folder.resolve() for folder in (*settings.rules, *(rules or ()))))
    # Before the sources are read: a wrong word should not cost a walk.
    require_known_codes(settings, all_rules(folders))
    meant = Task.load(task) if task else None
    fails_from = rank_of(fail_on or settings.fail_on or FailOn.ERROR)
    try:
        with progress_bar("indexing") as progress:
            found, without = found_in(
                sources, choices=choices, jobs=jobs, cache=not no_cache, salt=salt, progress=progress
            )
        with progress_bar("looking at pixels") as progress:
            findings = run(
                found,
                meant,
                select=words(select) or settings.select,
                ignore=(*words(ignore), *(() if select else settings.ignore)),
                pixels=settings.pixels if pixels is None else pixels,
                rules=folders,
                split=split,
                salt=salt,
                jobs=jobs,
                progress=progress,
            )
        found_all = without_ignored(findings, settings.per_path_ignores, Places(found), settings.folder)
        findings = only_new(found_all, baseline or settings.baseline, write_baseline)
        printed = None if fix else out
        show(found, sources, findings, format, printed, fails_from=fails_from, rules=folders, jobs=jobs)
        if meant is not None:
            # What is known is no better for it: the choice looks at all that was found.
            quiet = format != Format.TEXT
            show_choices(found, meant, found_all, choices_out, quiet=quiet)
        if fix and out is not None:
            write_fix(found, sources, found_all, meant, out)
    except Scan2TrainError:
        if format == Format.JSON:
            print_empty(sources, None if fix else out)
        raise
    tell_empty(without)
    raise typer.Exit(exit_code(findings, fails_from, without))
