"""The lungs of a chest CT."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.tools.lungs.doubts import doubts_of
from scan2train.tools.lungs.find import find_lungs
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

    def measured(name: str, *sides: int) -> Measure:
        own = list(sides)
        return Measure.of(sides[0], name, found.counts[own], found.sums[own], volume.grid.voxel_volume)

    measures = tuple(measured(name, side) for side, name in NAMES.items())
    volumes = {one.label: one.volume_ml for one in measures}
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
    if not chosen.split:
        array, names = (array > 0).astype(np.uint8), {1: "lungs"}
        measures = (measured("lungs", RIGHT, LEFT),)
    return Segmentation(
        labels=Labels(array=array, grid=volume.grid, names=names), measures=measures, doubts=doubts
    )
