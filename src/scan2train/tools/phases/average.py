"""The mean of the good phases of each series, as a volume of its own."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from scan2train.errors import GeometryError, WrongUse
from scan2train.formats.atomic import replacing
from scan2train.knowledge.tolerances import ACQ005_REST_PERCENT, LAB001_SILENT_VOXELS
from scan2train.preparing.naming import name_cases
from scan2train.read import read
from scan2train.tools.phases.cardiac import around
from scan2train.volume import Volume
from scan2train.write import write

#: So near to the phase that was asked for, or to that of the first, a phase is good.
_NEAR_PERCENT: Final = 10.0
#: Beside means, their names.
MARK: Final = "means.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Averaged:
    """A file, and the ids of the volumes whose mean it is."""

    file: Path
    volumes: tuple[str, ...]


def average(
    told: Sequence[Mapping[str, Any]],
    rows: Mapping[tuple[str, str], Mapping[str, Any]],
    folder: Path,
    target: float | None,
) -> list[Averaged]:
    """Write a mean of each study's good phases of one size and kernel, where there are at least two.

    Good are cardiac phases within 10 % of ``target``, else those in which the heart rests; where no header tells a
    phase, the volumes of a series that show no motion.

    Parameters
    ----------
    told
        Rows of the table of phases.
    rows
        Rows of the volumes table by source and id.
    folder
        Where to.
    target
        Percent of the beat.

    What an earlier run wrote there, by ``means.json`` beside it, is replaced, and nothing else is.

    Raises
    ------
    GeometryError
        If the volumes of a series do not lie on one grid, or have several channels.
    WrongUse
        If one of the files is there already and is no mean; none is written then.
    """
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in told:
        if _good(row, target):
            # Phases of a CT are often a series each.
            own = row["study_uid"] if row["cardiac_percent"] is not None else row["series_uid"]
            kernel = rows[row["source"], row["volume"]]["kernel"]
            groups[row["source"], own or row["path"], row["size"], kernel].append(row)
    taken = [own for own in groups.values() if len(own) > 1]
    if not taken:
        return []
    firsts = [rows[own[0]["source"], own[0]["volume"]] for own in taken]
    files = [folder / f"{name}.nii.gz" for name in name_cases(firsts)]
    _claim(folder, files)
    made = []
    for file, own in zip(files, taken, strict=True):
        write(_mean([rows[one["source"], one["volume"]] for one in own]), file)
        made.append(Averaged(file=file, volumes=tuple(one["volume"] for one in own)))
    return made


def _claim(folder: Path, files: Sequence[Path]) -> None:
    """Note that these files are means, before any is written; refuse what is there and is none."""
    mark = folder / MARK
    try:
        known = {str(name) for name in json.loads(mark.read_bytes())["means"]}
    except (OSError, ValueError, KeyError, TypeError):
        known = set()
    for file in (*files, *([] if known else [mark])):
        if file.exists() and file.name not in known:
            raise WrongUse(
                "a mean is never written over a file that is none",
                where=file,
                advice=f"Choose another folder: what earlier runs wrote is named in its {MARK}.",
            )
    folder.mkdir(parents=True, exist_ok=True)
    told = {"version": 1, "means": sorted(known | {file.name for file in files})}
    with replacing(mark) as out:
        out.write(json.dumps(told, indent=1).encode() + b"\n")


def _good(row: Mapping[str, Any], target: float | None) -> bool:
    percent = row["cardiac_percent"]
    if percent is None:
        return row["moved"] is False
    if target is not None:
        return around(percent, target) <= _NEAR_PERCENT
    return any(low <= percent <= high for low, high in ACQ005_REST_PERCENT)


def _mean(rows: Sequence[Mapping[str, Any]]) -> Volume:
    """The mean over the points at which a voxel is real; real where it is at one of them."""
    first, total, weight = None, None, None
    for row in rows:
        one = read(row)
        if first is None:
            first = one
            total = np.zeros(one.array.shape, dtype=np.float64)
            weight = np.zeros(one.array.shape, dtype=np.int32)
        assert total is not None
        assert weight is not None
        if (
            one.array.ndim != 3
            or first.array.shape != one.array.shape
            or one.unit != first.unit
            or (first.grid.distance_in_voxels(one.grid) > LAB001_SILENT_VOXELS)
        ):
            raise GeometryError(
                "phases that do not lie on one grid have no mean",
                where=row["path"],
                expected=f"{first.grid}, {first.unit}",
                found=f"{one.grid}, {one.unit}",
                advice="Prepare them onto one grid first, or leave --average out.",
            )
        real = np.ones(one.array.shape, dtype=bool) if one.valid is None else one.valid
        total[real] += one.array[real]
        weight += real
    assert first is not None
    assert total is not None
    assert weight is not None
    real = weight > 0
    mean = np.divide(total, weight, out=np.zeros(total.shape), where=real)
    return first.replace(array=mean.astype(np.float32), valid=None if real.all() else real, meta={})
