"""``scan2train clean``: new DICOM files, bright where it is dense, without what identifies, with attributes set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import FewJobs, Format, Printed, Salt
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.tools.clean import CleanedFiles


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("clean", epilog="Example: scan2train clean films/ -o bright/ --monochrome2")(guarded(clean))


def clean(
    source: Annotated[
        Path,
        typer.Argument(metavar="SRC", help="A DICOM file, or a folder of them.", show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="OUT", help="The folder to write to, outside of SRC.", show_default=False
        ),
    ],
    monochrome2: Annotated[
        bool,
        typer.Option(
            "--monochrome2",
            help="Make MONOCHROME1 images MONOCHROME2: stored values of radiographs and captures are turned round, "
            "padding and windows with them; CT, MR and PET keep their values.",
        ),
    ] = False,
    strip_leaks: Annotated[
        bool,
        typer.Option(
            "--strip-leaks",
            help="Take out what identifies (PS3.15 table E.1-1), free text, and private elements. "
            "This is not de-identification: UIDs and pixels stay.",
        ),
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="TAG=VALUE",
            help="Set an attribute, by keyword or (gggg,eeee); nothing after = empties it. May be repeated.",
        ),
    ] = None,
    deidentify: Annotated[
        bool, typer.Option("--deidentify", help="Comes later; ends with exit code 2.")
    ] = False,
    form: Printed = Format.TEXT,
    jobs: FewJobs = 1,
    salt: Salt = None,
) -> None:
    """Write new DICOM files from those of SRC, which stays as it is.

    Pixel data that do not change are kept byte for byte. Where pixels change, the image is DERIVED, has new SOP
    Instance and Series UIDs, and names its source; where only the header changes, UIDs stay.
    """
    from scan2train.errors import WrongUse

    if deidentify:
        raise WrongUse(
            "--deidentify does not exist yet",
            advice="--strip-leaks takes out what can tell a label; it is not de-identification.",
        )
    asked = _pairs(settings or ())
    from scan2train.tools.clean import clean as run

    with progress_bar("cleaning") as progress:
        made = run(
            source,
            out,
            monochrome2=monochrome2,
            strip_leaks=strip_leaks,
            set=asked,
            salt=salt,
            jobs=jobs,
            progress=progress,
        )
    if form is Format.JSON:
        typer.echo(json.dumps(_as_json(made, out), indent=1))
    else:
        _print(made, out)
    for name in made.changes_measures:
        typer.echo(f"{name} was set: millimetres or measured values are others now", err=True)
    if made.failed:
        raise typer.Exit(1 if made.files else 2)


def _pairs(settings: list[str] | tuple[str, ...]) -> dict[str, str]:
    from scan2train.errors import WrongUse

    pairs = {}
    for one in settings:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise WrongUse("an attribute is set so", expected="--set TAG=VALUE", found=one)
        pairs[name] = value
    return pairs


def _as_json(made: CleanedFiles, out: Path) -> dict[str, object]:
    from scan2train._version import __version__

    return {
        "version": 1,
        "tool": {"name": "scan2train", "version": __version__},
        "out": str(out),
        "summary": {
            "written": len(made.files),
            "changed": sum(bool(one.done) for one in made.files),
            "new_pixels": sum("pixels" in one.done for one in made.files),
            "skipped": len(made.skipped),
            "failed": len(made.failed),
        },
        "files": [
            {"path": one.path, "out": one.out, "sop_instance_uid": one.uid, "done": list(one.done)}
            for one in made.files
        ],
        "skipped": [{"path": one.path, "reason": one.skipped} for one in made.skipped],
        "failed": [{"path": path, "code": error.code, "message": str(error)} for path, error in made.failed],
    }


def _print(made: CleanedFiles, out: Path) -> None:
    changed = sum(bool(one.done) for one in made.files)
    pixels = sum("pixels" in one.done for one in made.files)
    typer.echo(
        f"{shown(out)}: {len(made.files)} files written, {changed} of them changed, {pixels} with new pixels"
    )
    for one in made.skipped:
        typer.echo(f"skipped {shown(one.path)}: {one.skipped}")
    for path, error in made.failed:
        typer.echo(f"failed {shown(path)}: {shown(error)}")
