"""``scan2train segment``: lungs, or the body, found in CT."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scan2train.cli.manners import complain, guarded, progress_bar
from scan2train.cli.options import (
    Choices,
    FewJobs,
    Format,
    Irregular,
    NoCache,
    Printed,
    Sources,
    ValuesIn,
    Where,
    check_reading,
    offered,
)
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.tools.segment.result import Segmentation
    from scan2train.tools.segment.run import Segmented, Wanted
    from scan2train.volume import Volume

_HELP = "Masks of CT found without training: lungs, body."

Out = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        metavar="DST",
        help="A file for one scan (.nii.gz .nii .nrrd .mha .npy .zarr .b2nd), or a folder: <case>.nii.gz each.",
        show_default=False,
    ),
]
Masked = Annotated[
    Path | None,
    typer.Option(
        "--masked",
        metavar="FILE|DIR",
        help="Also the scans with --fill outside of the mask.",
        show_default=False,
    ),
]
Cropped = Annotated[
    Path | None,
    typer.Option(
        "--cropped",
        metavar="FILE|DIR",
        help="Also the scans in the box around the mask, with their labels beside them (<case>-labels).",
        show_default=False,
    ),
]
Fill = Annotated[
    float, typer.Option("--fill", metavar="HU", help="The value outside of the mask, for --masked.")
]
Margin = Annotated[
    float,
    typer.Option("--margin-mm", metavar="MM", min=0, help="What is left around the mask, for --cropped."),
]
Object = Annotated[
    str | None,
    typer.Option(
        "--object",
        metavar="WORD",
        help="Write the labels of DICOM series as DICOM: seg, seg-labelmap, rtstruct (<case>.dcm).",
        show_default="none",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("lungs", epilog="Example: scan2train segment lungs chest/ -o lungs/ --masked masked/")(
        guarded(lungs)
    )
    group.command("body", epilog="Example: scan2train segment body chest.nii.gz -o body.nii.gz")(
        guarded(body)
    )
    app.add_typer(group, name="segment", help=_HELP)


def lungs(
    sources: Sources,
    out: Out,
    masked: Masked = None,
    cropped: Cropped = None,
    fill: Fill = -1024.0,
    margin_mm: Margin = 10.0,
    where: Where = None,
    choices: Choices = None,
    below_hu: Annotated[
        float, typer.Option("--below-hu", metavar="HU", help="Air and lung lie below, tissue above.")
    ] = -400.0,
    closing_mm: Annotated[
        float,
        typer.Option(
            "--closing-mm",
            metavar="MM",
            help="Radius of the ball that takes vessels, and nodules at the pleura, back into the lung; 0 takes none.",
        ),
    ] = 10.0,
    airways: Annotated[
        bool,
        typer.Option("--airways/--keep-airways", help="Take trachea and main bronchi out, or leave them in."),
    ] = True,
    main_bronchus_mm: Annotated[
        float,
        typer.Option("--main-bronchus-mm", metavar="MM", help="The narrowest lumen of a main bronchus."),
    ] = 8.0,
    wall_mm: Annotated[
        float, typer.Option("--wall-mm", metavar="MM", help="How much of their wall goes with the airways.")
    ] = 1.5,
    split: Annotated[
        bool, typer.Option("--split/--no-split", help="1 right lung and 2 left lung, or 1 for both.")
    ] = True,
    step_mm: Annotated[
        float, typer.Option("--step-mm", metavar="MM", help="The blocks on which lungs are found.")
    ] = 2.5,
    form: Object = None,
    irregular: Irregular = "refuse",
    unit: ValuesIn = None,
    jobs: FewJobs = 1,
    no_cache: NoCache = False,
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Find the lungs in chest CT: 1 right lung, 2 left lung (the patient's).

    Supine or prone, any spacing, contrast or none. Trachea, main bronchi, bowel gas and the air around are left out;
    vessels and nodules at the pleura are kept. Prints volume (ml), mean (HU) and the share below −950 HU of each lung.

    Where a result should not be believed without a look, it says why, and the exit code is 1: one lung only, an
    implausible volume, lung cut by the picture, fluid or lung without air, values off the HU scale, a wrong
    orientation.
    """
    from scan2train.tools.lungs import LungOptions, segment_lungs

    chosen = LungOptions(
        below_hu=below_hu,
        closing_mm=closing_mm,
        airways=airways,
        main_bronchus_mm=main_bronchus_mm,
        wall_mm=wall_mm,
        split=split,
        step_mm=step_mm,
    )
    _run(
        sources,
        partial(segment_lungs, options=chosen, unit=unit),
        _wanted(out, masked, cropped, fill, margin_mm, form),
        {"where": where, "choices": choices, "irregular": irregular, "jobs": jobs, "cache": not no_cache},
        format,
    )


def body(
    sources: Sources,
    out: Out,
    masked: Masked = None,
    cropped: Cropped = None,
    fill: Fill = -1024.0,
    margin_mm: Margin = 10.0,
    where: Where = None,
    choices: Choices = None,
    thin_mm: Annotated[
        float,
        typer.Option(
            "--thin-mm", metavar="MM", min=1, max=20, help="What is thinner than twice this is table."
        ),
    ] = 4.5,
    form: Object = None,
    irregular: Irregular = "refuse",
    unit: ValuesIn = None,
    jobs: FewJobs = 1,
    no_cache: NoCache = False,
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Find the patient in CT: 1 body, skin and all within, without table, clothes and air.

    Exit code 1 where the sides of the picture cut the body over more than 150 cm² (shoulders mostly by less), or values
    lie off the HU scale.
    """
    from scan2train.tools.segment_body import segment_body

    _run(
        sources,
        partial(segment_body, thin_mm=thin_mm, unit=unit),
        _wanted(out, masked, cropped, fill, margin_mm, form),
        {"where": where, "choices": choices, "irregular": irregular, "jobs": jobs, "cache": not no_cache},
        format,
    )


def _wanted(
    out: Path, masked: Path | None, cropped: Path | None, fill: float, margin_mm: float, form: str | None
) -> Wanted:
    from scan2train.tools.segment.run import Wanted

    if form is not None:
        offered("--object", form, here=("seg", "seg-labelmap", "rtstruct"))
    return Wanted(labels=out, masked=masked, cropped=cropped, fill=fill, margin_mm=margin_mm, form=form)


def _run(
    sources: list[Path],
    find: Callable[[Volume], Segmentation],
    wanted: Wanted,
    more: dict[str, Any],
    form: Format,
) -> None:
    check_reading(more["irregular"], None)
    from scan2train.tools.segment.run import segment_each

    with progress_bar("segmenting") as progress:
        done = segment_each(sources, find, wanted, progress=progress, **more)
    if form is Format.JSON:
        typer.echo(json.dumps({"scans": [_as_json(one) for one in done]}, indent=1, ensure_ascii=False))
    else:
        _print(done)
    failed = [one for one in done if one.error is not None]
    for one in failed:
        complain(f"{one.name}: {one.error}")
    if failed:
        raise typer.Exit(1 if len(failed) < len(done) else 2)
    if any(one.doubts for one in done):
        raise typer.Exit(1)


def _as_json(one: Segmented) -> dict[str, Any]:
    return {
        "scan": one.name,
        "files": [str(file) for file in one.files],
        "measures": [measure.to_json() for measure in one.measures],
        "doubts": [doubt.to_json() for doubt in one.doubts],
        "error": None if one.error is None else str(one.error),
    }


def _print(done: list[Segmented]) -> None:
    from scan2train.cli.show_table import print_table

    rows = [
        (
            one.name,
            measure.label,
            measure.name,
            f"{measure.volume_ml:.1f}",
            "–" if measure.mean_hu is None else f"{measure.mean_hu:.0f}",
            "–" if measure.share_below_950 is None else f"{measure.share_below_950:.1%}",
        )
        for one in done
        for measure in one.measures
    ]
    if rows:
        print_table(("scan", "label", "name", "ml", "mean HU", "below −950 HU"), rows, may_be_cut=("scan",))
    for one in done:
        for doubt in one.doubts:
            typer.echo(f"doubt {shown(one.name)}: {doubt.reason}: {shown(doubt.message)}", err=True)
