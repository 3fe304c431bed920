"""``scan2train restore``: predictions back on the geometry of their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import MovedSource, PreparedSet, offered
from scan2train.cli.words import numbered
from scan2train.errors import CasesFailed
from scan2train.reports.escape import shown

#: So many of the cases without a prediction are named.
_NAMED = 5


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("restore", epilog="Example: scan2train restore ready/ predictions/ -o restored/ --as seg")(
        guarded(restore)
    )


def restore(
    out: PreparedSet,
    predictions: Annotated[
        Path,
        typer.Argument(
            metavar="PREDICTIONS",
            help="A folder of images named after their cases (case.nii.gz, or case/any-name.nii.gz), or one such "
            "file; each on the grid of its prepared image.",
            show_default=False,
        ),
    ],
    to: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="The folder to write to.", show_default=False)
    ],
    form: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="WORD",
            help="nifti (on the source's grid), or for masks seg (DICOM SEG) or rtstruct (RT Structure Set) on the "
            "source's own slices.",
        ),
    ] = "nifti",
    source: MovedSource = None,
) -> None:
    """Bring predictions on prepared images back to the geometry of their sources (mm, exact affine).

    Files are named after their cases. A prediction that cannot be restored is told, and the rest goes on.
    """
    from scan2train.restore import FORMS
    from scan2train.restore import restore as run

    offered("--as", form, here=FORMS)

    made = run(out, predictions, to, form=form, source=source)
    for case, path in made.files.items():
        typer.echo(f"{shown(case)}: {shown(path)}")
    for case, error in made.failed.items():
        error.where = None if error.where == case else error.where
        typer.echo(f"error: {shown(case)}: {shown(error)}", err=True)
    for path in made.strange:
        typer.echo(f"{shown(path)}: belongs to no case of the set, left out", err=True)
    if made.without:
        some = ", ".join(made.without[:_NAMED]) + (", …" if len(made.without) > _NAMED else "")
        typer.echo(f"without a prediction: {numbered(len(made.without), 'case')} ({shown(some)})", err=True)
    try:
        made.raise_for_failures()
    except CasesFailed as error:
        error.found = None  # told above, with all others
        raise
