"""``scan2train header``: every tag of one file, by number and name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from scan2train.cli.manners import guarded
from scan2train.reports.escape import shown

#: How much of a value is shown on one line.
_LONGEST = 96
#: Floats of single precision, whose further digits are not in the file.
_SINGLE = ("FL", "float32", "float32[3]", "float32[8]", "float32[3][4]")


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("header", epilog="Example: scan2train header hospital/series7/IM0001.dcm")(guarded(header))


def header(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One file of any format.", show_default=False)],
    as_json: Annotated[
        bool, typer.Option("--json", help="A list of all fields with their whole values, for scripts.")
    ] = False,
    private_dictionary: Annotated[
        Path | None,
        typer.Option(
            "--private-dictionary",
            metavar="FILE",
            help="Names of private elements: CSV with the columns creator, group, element, vr, name, or JSON.",
            show_default="those that pydicom knows",
        ),
    ] = None,
) -> None:
    """Show every field of a file's header: number, type, name and value.

    DICOM elements are named in the standard's terms, private ones where a dictionary knows them; fields of NIfTI,
    MetaImage and NRRD stand beside their meaning. Identities are shown as they stand in the file. A broken file is
    shown as far as it can be read, and the exit code is 2.
    """
    from scan2train.header import header as run

    fields = run(file, private_dictionary)
    if as_json:
        typer.echo(json.dumps([field.to_json() for field in fields], indent=1))
    else:
        for line in _lines(fields, ""):
            typer.echo(line)
    if fields.stopped is not None:
        raise fields.stopped


def _lines(fields: Any, indent: str) -> Any:
    """One line a field, columns in line; items of sequences further in."""
    rows = [(_tag(one), one.vr, one.name or ("Unknown" if one.vr else "")) for one in fields]
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
    widths[2] = min(widths[2], 48)
    for one, row in zip(fields, rows, strict=True):
        cells = [shown(cell).ljust(width) for cell, width in zip(row, widths, strict=True) if width]
        yield f"{indent}{'  '.join([*cells, _value(one)])}".rstrip()
        for number, item in enumerate(one.items, start=1):
            yield f"{indent}  item {number}"
            yield from _lines(item, f"{indent}    ")


def _tag(field: Any) -> str:
    return f"({field.tag})" if len(field.tag) == 9 and field.tag[4] == "," else str(field.tag)


def _value(field: Any) -> str:
    if field.items or field.vr == "SQ":
        return f"{len(field.items)} item{'s' * (len(field.items) != 1)}"
    if field.value is None:
        text = f"<{field.size} bytes>" if field.size else ""
    else:
        several = field.value if isinstance(field.value, list) else [field.value]
        single = field.vr in _SINGLE
        text = ("\\" if len(field.vr) == 2 else " ").join(_one(value, single=single) for value in several)
        if len(text) > _LONGEST:
            text = f"{text[:_LONGEST]}… ({len(text)} characters)"
    return f"{text}  = {shown(field.meaning)}" if field.meaning else text


def _one(value: Any, *, single: bool) -> str:
    if isinstance(value, list):
        return "[" + " ".join(_one(one, single=single) for one in value) + "]"
    return f"{value:.9g}" if single and isinstance(value, float) else shown(value)
