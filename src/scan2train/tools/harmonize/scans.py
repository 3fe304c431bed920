"""Scans of a folder, one after the other through a recipe, each written with its account."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan2train.errors import NoImages, OutputInUse, Scan2TrainError, WrongUse
from scan2train.formats.atomic import replacing
from scan2train.index import index
from scan2train.preparing.naming import name_cases
from scan2train.preparing.sources import describe_sources, root_names
from scan2train.preparing.versions import versions
from scan2train.reading.one import read_row
from scan2train.reading.options import Options
from scan2train.recipe import Recipe
from scan2train.runners.progress import Progress
from scan2train.volume import Labels, Volume
from scan2train.write import write


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A scan as it was found: its name in the output, and its row in the volumes table."""

    name: str
    row: Mapping[str, Any]

    def read(self, irregular: str, unit: str | None = None) -> Volume:
        """Its volume; ``unit`` is what its values are measured in, where the file does not say."""
        volume = read_row(dict(self.row), Options(irregular=irregular))
        return volume if unit is None else volume.replace(unit=unit)


def scans_of(sources: Sequence[str | os.PathLike[str]]) -> list[Scan]:
    """Every volume of the sources that is neither a mask nor a localizer, capture or reformation.

    Raises
    ------
    NoImages
        If there is none.
    """
    rows = [row for row in index(*sources).volumes.iter_rows(named=True) if row["role"] == "volume"]
    if not rows:
        raise NoImages("no scan was found", where=", ".join(str(one) for one in sources))
    return [Scan(name=name, row=row) for name, row in zip(name_cases(rows), rows, strict=True)]


def require_free(out: Path, sources: Sequence[str | os.PathLike[str]], names: Sequence[str]) -> None:
    """Refuse an output within a source, and files that are there already."""
    place = Path(os.path.realpath(out))
    for source in sources:
        root = Path(os.path.realpath(source))
        if place == root or place.is_relative_to(root):
            raise WrongUse(
                "the output would lie in the source",
                where=out,
                found=f"the source {source}",
                advice="Sources are never written. Choose a folder outside of it.",
            )
    there = [name for name in names if (out / name).exists()]
    if there:
        raise OutputInUse(
            "the output holds such files already",
            where=out,
            found=", ".join(there[:3]),
            advice="Choose another folder, or remove them.",
        )


def run_each(
    scans: Sequence[Scan],
    recipe: Recipe,
    out: Path,
    *,
    irregular: str,
    progress: Progress | None = None,
) -> Iterator[tuple[Scan, Volume | None, Volume | None, Recipe | None, Scan2TrainError | None]]:
    """Read, run, write; yields each scan with what it was, what it is and what was done, or with its error."""
    out.mkdir(parents=True, exist_ok=True)
    roots = root_names([str(scan.row["source"]) for scan in scans])
    for number, scan in enumerate(scans, start=1):
        try:
            volume = scan.read(irregular)
            if isinstance(volume, Labels):
                raise WrongUse("a mask has no sharpness and no histogram", found=scan.name)
            made, done = recipe.run(volume)
            write(made, out / f"{scan.name}.nii.gz")
            _write_account(out / f"{scan.name}.json", scan, recipe, done, roots, irregular)
        except Scan2TrainError as error:
            yield scan, None, None, None, error
        else:
            yield scan, volume, made, done, None
        if progress is not None:
            progress(number, len(scans))


def _write_account(
    path: Path,
    scan: Scan,
    asked: Recipe,
    done: Recipe,
    roots: Mapping[str, str],
    irregular: str,
) -> None:
    account = {
        "case": scan.name,
        "volume": scan.row["volume"],
        "sources": describe_sources(scan.row, roots[str(scan.row["source"])]),
        "irregular": irregular,
        "asked": asked.to_json()["step"],
        "done": done.to_json()["step"],
        "versions": versions(),
    }
    with replacing(path) as file:
        file.write(json.dumps(account, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n")
