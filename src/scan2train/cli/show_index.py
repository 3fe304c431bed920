"""An index on stdout: as a table for people, or as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import cos, radians
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from scan2train._version import __version__
from scan2train.cli.show_table import print_table
from scan2train.cli.words import numbered
from scan2train.knowledge.tilt import shear_shows
from scan2train.reports.escape import shown
from scan2train.reports.summary import held

if TYPE_CHECKING:
    from scan2train.index import Index


def print_text(index: Index) -> None:
    """A table of volumes, and how many files gave none."""
    rows = [_cells(row) for row in index.volumes.iter_rows(named=True)]
    print_table(
        ("volume", "role", "what", "size", "spacing", "axes", "told apart by", "path"),
        rows,
        may_be_cut=("told apart by", "path"),
    )
    counts = held(index)
    typer.echo(
        f"\n{numbered(counts['volumes'], 'volume')} in {counts['series']} series from "
        f"{numbered(counts['instances'], 'image')}; {numbered(counts['skipped'], 'file')} skipped"
    )
    for reason, number in _reasons(index):
        typer.echo(f"  {number} {shown(reason)}")


def print_json(index: Index, sources: Sequence[Path]) -> None:
    """Everything but the lists of members, which only the tables hold."""
    volumes = index.volumes.select([c for c in index.volumes.columns if not c.startswith("member_")])
    result = {
        "version": 1,
        "tool": {"name": "scan2train", "version": __version__},
        "sources": [str(source) for source in sources],
        "summary": held(index),
        "volumes": volumes.to_dicts(),
        "skipped": index.skipped.to_dicts(),
    }
    typer.echo(json.dumps(result, indent=1))


def _reasons(index: Index) -> list[tuple[str, int]]:
    counts = index.skipped.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return [(str(reason), int(number)) for reason, number in counts.iter_rows()]


def _tilt(row: dict[str, Any]) -> str:
    """The tilt of a stack, where there is one that a finding will tell of."""
    if not row["physical"] or not row["tilt_deg"]:
        return ""
    depth_mm = (row["size_k"] - 1) * row["spacing_k_mm"] * cos(radians(row["tilt_deg"]))
    return f"tilt {row['tilt_deg']:.3g}°" if shear_shows(row, depth_mm) else ""


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    size = "×".join(str(row[f"size_{axis}"]) for axis in "ijk")
    spacing = "×".join(f"{row[f'spacing_{axis}_mm'] or 0:.3g}" for axis in "ijk")
    unit = "mm" if row["physical"] else "px"
    words = (row["modality"] or row["format"], row["irregular"], _tilt(row))
    what = " ".join(word for word in words if word)
    return (
        row["volume"],
        row["role"],
        what,
        size,
        f"{spacing} {unit}",
        row["orientation"] or "",
        row["split_by"] or "",
        row["path"] or ".",
    )
