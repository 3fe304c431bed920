"""What of a stack's geometry is absent or impossible, where there is no patient geometry."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scan2train.knowledge.tolerances import ABSURD_POSITION_MM, ABSURD_SPACING_MM, GEO013_WARNING

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def lacking(
    physical: BoolArray,
    picture: BoolArray,
    frames: npt.NDArray[np.int64],
    position: FloatArray,
    axes_error: FloatArray,
    spacing: FloatArray,
) -> list[list[str]]:
    """Keywords of what is missing, for ``(n,)`` stacks by their first slice; empty where ``physical``.

    ``picture`` says that only a spacing is expected, ``frames`` how many frames one position stands for,
    ``position`` ``(n, 3)``, ``axes_error`` ``(n,)`` and ``spacing`` ``(n, 2)`` are NaN where the header lacks them.
    """
    with np.errstate(invalid="ignore"):
        no_place = ~(np.abs(position) < ABSURD_POSITION_MM).all(axis=1)
        no_axes = ~(axes_error <= GEO013_WARNING)
        no_spacing = ~((spacing > 0) & (spacing < ABSURD_SPACING_MM)).all(axis=1)
    words = {
        "ImagePositionPatient": no_place & ~picture,
        "ImageOrientationPatient": no_axes & ~picture,
        "PixelSpacing": no_spacing,
        "PerFrameFunctionalGroupsSequence": (frames > 1) & (~picture | ~no_spacing),
    }
    found: list[list[str]] = [[] for _ in physical]
    for word, absent in words.items():
        for at in np.flatnonzero(absent & ~physical).tolist():
            found[at].append(word)
    return found
