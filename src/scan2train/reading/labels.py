"""A volume whose values are names: whole numbers, whatever the type that they were stored in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.volume import Labels, Volume


def as_labels(volume: Volume) -> Labels:
    """Give the volume as labels.

    Raises
    ------
    WrongUse
        If its values are no whole numbers, or too large for the type of float that holds them.
    """
    if isinstance(volume, Labels):
        return volume
    values = volume.array
    if values.dtype.kind == "f":
        values = _whole(values)
    return Labels(
        array=values, grid=volume.grid, valid=volume.valid, findings=volume.findings, meta=volume.meta
    )


def _whole(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Floats that hold labels, as integers; refuses fractions, and what the type cannot tell from its neighbours."""
    finite = np.isfinite(values)
    whole = finite & (values == np.rint(values))
    if not whole.all():
        odd = np.unique(values[~whole & finite])
        shown = ", ".join(f"{value:.9g}" for value in odd[:3]) + (", …" if len(odd) > 3 else "")
        raise WrongUse(
            "labels must be whole numbers",
            expected="whole numbers",
            found=f"{(~whole).sum()} voxels hold others: {shown or 'not finite'}",
            advice="Round them if they lie next to whole numbers; if not, they were interpolated: make them again.",
            code="LAB003",
        )
    exact = min(2 ** (np.finfo(values.dtype).nmant + 1), 2**31 - 1)
    if np.abs(values).max() > exact:
        raise WrongUse(
            "labels are too large for the type of float that they are stored in: neighbours have become one",
            expected=f"at most {exact}",
            found=f"{np.abs(values).max():.9g} in {values.dtype}",
            advice="Make them again as integers.",
            code="LAB003",
        )
    return values.astype(np.int32)
