"""The spacing to resample a data set to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: An axis is thick where its spacing is larger than this many times the next one's.
ANISOTROPY = 3.0
#: The percentile of spacings that is taken along a thick axis, in place of the median.
THICK_PERCENTILE = 10.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSpacing:
    """``mm`` along i, j, k; ``thick`` is the axis whose spacing is a low percentile, ``None`` where there is none."""

    mm: tuple[float, float, float]
    thick: int | None


def target_spacing(spacings: Floats, shapes: Floats, first: int = 0) -> TargetSpacing:
    """The median spacing of each axis; along a thick axis of few voxels the 10th percentile.

    Resampled to the median, the sets whose slices are far apart would lose half of them, and these are few already:
    an axis is thick where its median spacing is over three times that of both others, and its median number of voxels
    below a third of theirs (nnU-Net v2, ``determine_fullres_target_spacing``).

    Parameters
    ----------
    spacings
        ``(n, 3)``, mm, one row a case.
    shapes
        ``(n, 3)``, voxels.
    first
        The axis that counts as the worst where several are equally coarse.
    """
    target = np.percentile(spacings, 50, axis=0)
    size = np.percentile(shapes, 50, axis=0)
    worst = first if target[first] == target.max() else int(np.argmax(target))
    others = [axis for axis in range(3) if axis != worst]
    next_mm = float(target[others].max())
    is_thick = target[worst] > ANISOTROPY * next_mm and size[worst] * ANISOTROPY < size[others].min()
    if is_thick:
        low = float(np.percentile(spacings[:, worst], THICK_PERCENTILE))
        # It may become as fine as the others, and not finer.
        target[worst] = low if low >= next_mm else next_mm + 1e-5
    a, b, c = target.tolist()
    return TargetSpacing(mm=(a, b, c), thick=worst if is_thick else None)
