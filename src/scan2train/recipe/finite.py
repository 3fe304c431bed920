"""What is not a number, on its way into a recipe: no data, as padding is."""

from __future__ import annotations

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.recipe.fill import fill_value
from scan2train.volume import Volume


def finite(volume: Volume) -> Volume:
    """``volume`` with every voxel that is NaN or infinite marked as not valid, so that no other one learns of it.

    One of them would make a mean, a percentile, or all that an interpolation reaches into NaN. Where every value is
    finite it is the volume itself.

    Raises
    ------
    Scan2TrainError
        If no value is finite.
    """
    array = volume.array
    if array.dtype.kind != "f":
        return volume
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(array.sum()):
            return volume  # one of them would show in the sum
    good = np.isfinite(array.T)  # (k, j, i): in the order of memory
    if good.all():
        return volume
    if not good.any():
        raise Scan2TrainError("no value of this volume is finite", found=repr(volume), code="PIX007")
    values = np.where(good, array.T, np.array(fill_value(volume), array.dtype)).T
    whole = (good if array.ndim == 3 else good.all(axis=0)).T
    return volume.replace(array=values, valid=whole if volume.valid is None else whole & volume.valid)
