"""What a source says of its cases: names of labels in its ``dataset.json``, parts of the set by its folders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.checking.declared import Declarations
from scan2train.checking.splits.folders import by_folders
from scan2train.preparing.of_prepared import place_in_set, splits_of

if TYPE_CHECKING:
    import polars as pl

    from scan2train.preparing.job import Job


class Declared:
    """The names and parts that a volumes table's sources declare, each file read once."""

    def __init__(self, volumes: pl.DataFrame) -> None:
        self._names = Declarations()
        parts = by_folders(volumes)
        # Folds of a cross-validation are not parts of the set.
        whole = parts.filter(parts["fold"].is_null())
        self._parts: dict[int, str] = dict(whole.select("volume_row", "split").iter_rows())
        self._prepared: dict[Path, dict[str, str]] = {}

    def told(self, job: Job) -> Job:
        """The job with the names of its labels' values, and its part: train, val, test or none."""
        place = place_in_set(job.row)
        if place is None or not place.case:
            return replace(job, names=self._names_for(job), split=self._parts.get(job.at, ""))
        if place.out not in self._prepared:
            self._prepared[place.out] = splits_of(place.out)
        return replace(job, names=self._names_for(job), split=self._prepared[place.out].get(place.case, ""))

    def _names_for(self, job: Job) -> dict[int, str]:
        if not job.labels:
            return {}
        file, source = Path(job.labels), Path(job.row["source"])
        # What was given by itself is looked for in the folder above it: labelsTr lies beside dataset.json.
        root = source if file.is_relative_to(source) and source.is_dir() else file.parent.parent
        row = {"source": str(root), "path": file.relative_to(root).as_posix()}
        return {value: name for value, name in self._names.of(row).items() if name}
