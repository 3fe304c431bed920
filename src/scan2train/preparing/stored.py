"""What a finished case holds, read back as it was when it was made: voxels, grid, unit, mask and names."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scan2train.errors import OutputDamaged
from scan2train.formats.registry import by_suffix
from scan2train.preparing.prepared import Case
from scan2train.reading.labels import as_labels
from scan2train.volume import Labels, Volume


def part_of(case: Case, part: str) -> Path | None:
    """The file or folder of ``"image"``, ``"labels"`` or ``"valid"`` in any store; ``None`` where there is none."""
    for name in case.account["files"]:
        top = str(name).split("/", maxsplit=1)[0]
        if top.startswith(f"{part}.") and not top.endswith(".json"):
            return case.folder / top
    return None


def stored_image(case: Case) -> Volume:
    """The prepared image, with its exact grid, its unit, its mask of real data and what stands in padding.

    Raises
    ------
    OutputDamaged
        If it is not there.
    Scan2TrainError
        If it cannot be read.
    """
    path = part_of(case, "image")
    if path is None:
        raise OutputDamaged("the case has no image", where=case.folder)
    valid = part_of(case, "valid")
    mask = None if valid is None else _voxels(valid).array.astype(np.bool_, copy=False)
    account = case.account
    meta = {"fill": account["fill"]}
    return Volume(array=_voxels(path).array, grid=case.after, unit=account["unit"], valid=mask, meta=meta)


def stored_labels(case: Case) -> Labels | None:
    """The prepared labels with their names; ``None`` where the case has none. Raises as :func:`stored_image`."""
    path = part_of(case, "labels")
    if path is None:
        return None
    labels = as_labels(_voxels(path))
    return Labels(array=labels.array, grid=case.after, names=case.names)


def _voxels(path: Path) -> Volume:
    (volume,) = by_suffix(path).read_volumes(path)
    return volume
