"""``scan2train features``: first-order and shape features of labels, as IBSI defines them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import complain, guarded, progress_bar, without_advice
from scan2train.cli.options import FewJobs, Format, Irregular, Printed, Suv, ValuesIn, check_reading
from scan2train.cli.words import numbered, words
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.tools.features.table import FeatureTable

#: So many names are shown of those of which something is not known.
_SHOWN = 3


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        "features",
        epilog="Example: scan2train features ready/ --label 1 --columns site,thickness_mm --table patients.csv "
        "-o liver.csv && scan2train harmonize combat liver.csv --batch site --keep age,sex -o alike.csv",
    )(guarded(features))


def features(
    image: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGE",
            help="One file or one series; or a folder of scans, or one that `prepare` wrote.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        str,
        typer.Option(
            "--labels",
            metavar="M",
            help="A mask on the image's grid; a folder or pattern of masks named as their images; or auto: those that "
            "lie beside them.",
        ),
    ] = "auto",
    only: Annotated[
        list[int] | None,
        typer.Option(
            "--label", metavar="N", help="Only this label; may be repeated.", show_default="all but 0"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="The table: .csv or .parquet, or all of it as .json.",
            show_default="stdout",
        ),
    ] = None,
    long: Annotated[
        bool,
        typer.Option(
            "--long", help="With -o: a row for each number, with its unit, in place of one for each label."
        ),
    ] = False,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="COLUMN,..",
            help="Of a folder: carry these columns of volumes.parquet (see `index`), such as kernel or thickness_mm; "
            "site: the station, else make and model; folder: the first folder below IMAGE.",
            show_default="patient, modality, manufacturer, model, kernel, kernel_class, where known",
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--table",
            metavar="FILE",
            help="Of a folder: a CSV or Parquet table with the column case, whose other columns (site, age, sex) are "
            "carried; a case is a name as shown here, a file's stem or a folder's name.",
            show_default="none",
        ),
    ] = None,
    unit: ValuesIn = None,
    irregular: Irregular = "refuse",
    suv: Suv = None,
    jobs: FewJobs = 1,
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Measure volume, surface, diameter, axes and intensities of each label, by the definitions and names of IBSI.

    Lengths are in mm, areas in mm2, volumes in mm3, intensities in the image's unit. Surfaces are those of the mask
    after marching cubes; padding and values that are not finite are left out of intensities. With -o features are in
    columns, ready for `harmonize combat` (one label: --label): the scanner, and what --columns and --table carry, are
    its batches and what it keeps. Codes and units lie beside it. Exit 1 if a case failed, or none has a label that was
    asked for.
    """
    check_reading(irregular, suv)
    from scan2train.cli.found import require_outside
    from scan2train.errors import UnknownName
    from scan2train.tools.features.features import features as run
    from scan2train.tools.features.table import SUFFIXES

    if out is not None:
        if out.suffix.lower() not in SUFFIXES:
            raise UnknownName(f"the suffix of {out.name} is none of a table", expected=" ".join(SUFFIXES))
        require_outside([image], out)
    with progress_bar("measuring") as progress:
        found = run(
            image,
            labels,
            only=only or (),
            irregular=irregular,
            suv=suv,
            unit=unit,
            columns=words(columns or ""),
            table=table,
            jobs=jobs,
            progress=progress,
        )
    rows = sum(len(case.labels) for case in found.cases)
    if out is not None and rows:
        out.parent.mkdir(parents=True, exist_ok=True)
        found.write(out, long=long)
        typer.echo(f"{numbered(rows, 'label')} of {numbered(len(found.cases), 'case')}: {shown(out)}")
    elif out is None and format is Format.JSON:
        typer.echo(json.dumps(found.to_json(), indent=1, ensure_ascii=False))
    elif out is None:
        _print(found)
    for case in found.unlabelled:
        typer.echo(f"{shown(_placed(found, case))} has no labels", err=True)
    for note in _carried(found):
        typer.echo(note, err=True)
    wrong = list(_wrong(found, only or ()))
    for message, advice in wrong:
        complain(message, advice)
    if wrong:
        raise typer.Exit(1)


def _placed(found: FeatureTable, case: str) -> str:
    """The name of a case, and where it lies if it is named by its content."""
    place = found.places.get(case)
    return case if place is None else f"{case} ({place})"


def _carried(found: FeatureTable) -> Iterator[str]:
    """What was to be carried and is not known: `harmonize combat` refuses rows without a batch."""
    for name in found.cases[0].carried if found.cases else ():
        absent = [case.case for case in found.cases if case.carried[name] is None]
        if absent and not {*absent} <= {*found.not_in_table}:
            some = ", ".join(_placed(found, one) for one in absent[:_SHOWN]) + (
                ", …" if len(absent) > _SHOWN else ""
            )
            yield f"{shown(name)} is not known of {len(absent)} of {len(found.cases)} cases: {shown(some)}"
    for case in found.not_in_table:
        yield f"{shown(_placed(found, case))} is not in the table"


def _wrong(found: FeatureTable, only: Collection[int]) -> Iterator[tuple[str, str | None]]:
    """What is not as it should be, and what to do."""
    for case, error in found.failed:
        yield f"{_placed(found, case)}: {without_advice(error)}", error.advice
    there = {one.value for case in found.cases for one in case.labels}
    absent = sorted({*only} - there)
    if absent:
        yield f"no case has label {', '.join(map(str, absent))}", "Leave --label out to see which there are."
    elif found.cases and not there:
        yield "no case has a label", "The masks hold background alone: look at them."


def _print(found: FeatureTable) -> None:
    from scan2train.cli.show_table import print_table
    from scan2train.tools.features.definitions import DEFINITIONS

    heads = ("case", "label", "name", "feature", "code", "what it is", "value", "unit")
    rows = []
    titles = {one.name: one.title for one in DEFINITIONS}
    for case, label, name, feature, code, value, unit in found.long().iter_rows():
        told = "–" if value is None else f"{value:.6g}"
        rows.append((_placed(found, case), label, name, feature, code, titles[feature], told, unit))
    print_table(heads, rows, may_be_cut=("case", "name", "what it is"))
