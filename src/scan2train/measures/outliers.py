"""How far each of several numbers is from what is usual among them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: The median absolute deviation of normally distributed values, times this, is their standard deviation.
_TO_SD = 1.4826


def robust_z(values: npt.ArrayLike, *, part: float, scale: float = 0.0) -> npt.NDArray[np.float64]:
    """Distance of each value from the median, in units of the spread.

    Parameters
    ----------
    values
        ``(n,)``, any unit.
    part, scale
        The spread (1.4826 × the median absolute deviation) is taken as at least ``part`` of the median's size, or of
        ``scale`` where that is larger: for values around zero, such as HU, whose median means nothing.

    Returns
    -------
    ``(n,)``, no unit, never negative; 0 for the median itself, infinite for others where there is no spread at all.
    """
    given = np.asarray(values, dtype=np.float64)
    median = np.median(given)
    away = np.abs(given - median)
    spread = max(_TO_SD * float(np.median(away)), part * max(abs(float(median)), scale))
    if spread == 0:
        return np.where(away > 0, np.inf, 0.0)
    return np.asarray(away / spread, dtype=np.float64)
