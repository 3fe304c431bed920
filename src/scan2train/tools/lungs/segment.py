"""The lungs of a chest CT."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.tools.lungs.doubts import doubts_of
from scan2train.tools.lungs.find import Found, find_lungs
from scan2train.tools.lungs.options import LungOptions
from scan2train.tools.lungs.sides import LEFT, RIGHT
from scan2train.tools.segment.result import Measure, Segmentation
from scan2train.tools.segment.scan import ct_of
from scan2train.volume import Labels, Volume

NAMES = {RIGHT: "right lung", LEFT: "left lung"}
#: Less is no lung, ml.
_LEAST_ML = 20.0


def segment_lungs(
    what: Volume | str | os.PathLike[str] | Mapping[str, Any],
    options: LungOptions | None = None,
    *,
    irregular: str = "refuse",
    unit: str | None = None,
) -> Segmentation:
    """Find the right and the left lung in a chest CT, in any position, by their air; nothing is trained.

    Parameters
    ----------
    what
        A volume, or what :func:`scan2train.read` takes.
    options
        A number for each stage; the defaults suit a chest CT of an adult.
    irregular
        As for :func:`scan2train.read`.
    unit
        ``"HU"`` where a file does not say so; without it such values must look like HU.

    Returns
    -------
    Segmentation
        ``labels``: uint8 on the grid of the scan, 1 right lung, 2 left lung (the patient's; by the world's x). Vessels,
        small nodules and bronchi within a lung belong to it, trachea and main bronchi do not. ``measures``: of each
        lung its volume in ml, mean HU, and share below −950 HU. ``doubts``: why it should not be believed without a
        look.

    Raises
    ------
    WrongUse
        If it is no CT, or an option cannot be meant.
    Scan2TrainError
        If no lung is found or the values are not HU; and as :func:`scan2train.read`.

    Notes
    -----
    Air within the trunk is taken on blocks of some 2 mm; the trachea is found as a run of round sections amid tissue,
    and grown down until it would burst into the lungs; what is left is gas where it is as dark as only gas is, else
    lung, on its side of the trachea. Lungs that touch are worn off until they part, and grow back to where the
    membrane between them is brightest. A ball closes each of them over vessels and nodules. Their border is drawn
    on the scan's own voxels, by the threshold.
    """
    chosen = options or LungOptions()
    volume, of_scale = ct_of(what, irregular=irregular, unit=unit)
    found = find_lungs(volume, chosen)
    voxel = abs(float(np.linalg.det(volume.grid.affine[:3, :3]))) / 1000
    volumes = {side: float(found.counts[side, 0]) * voxel for side in NAMES}
    if sum(volumes.values()) < _LEAST_ML:
        raise Scan2TrainError(
            "no lung was found",
            expected="a chest CT: air within a trunk, with tissue around it",
            found=f"{sum(volumes.values()):.1f} ml",
            advice="Leave out scans of other regions, such as with --where.",
        )
    mean = float(found.sums[[RIGHT, LEFT]].sum() / found.counts[[RIGHT, LEFT], 0].sum())
    doubts = (*of_scale, *doubts_of(found, volumes, mean, chosen))
    array, names = found.labels, dict(NAMES)
    measures = tuple(_measure(found, (side,), name, voxel) for side, name in NAMES.items())
    if not chosen.split:
        array, names = (array > 0).astype(np.uint8), {1: "lungs"}
        measures = (_measure(found, (RIGHT, LEFT), "lungs", voxel),)
    return Segmentation(
        labels=Labels(array=array, grid=volume.grid, names=names), measures=measures, doubts=doubts
    )


def _measure(found: Found, sides: tuple[int, ...], name: str, voxel: float) -> Measure:
    count, below = (int(found.counts[list(sides), at].sum()) for at in (0, 1))
    return Measure(
        label=sides[0],
        name=name,
        volume_ml=count * voxel,
        mean_hu=float(found.sums[list(sides)].sum()) / count if count else None,
        share_below_950=below / count if count else None,
    )
