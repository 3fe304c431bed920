"""Which floating-point values are padding (PS3.3 C.7.6.24 and C.7.6.25): the index has no columns for them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import NonconformingHeader

_NAMES = {"float": "FloatPixelPadding", "double": "DoubleFloatPixelPadding"}


def float_padding(path: Path, kind: str) -> tuple[float, float] | None:
    """Lowest and highest value that mean "no data" in a file of ``kind`` ``"float"`` or ``"double"``.

    Both are NaN where NaN is the padding; ``None`` where none is declared.

    Raises
    ------
    NonconformingHeader
        If the header cannot be parsed, or what it names is no number.
    """
    import pydicom

    value, limit = f"{_NAMES[kind]}Value", f"{_NAMES[kind]}RangeLimit"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=[value, limit], force=True)
            ends = [float(end) for end in (found.get(value), found.get(limit)) if end is not None]
        except Exception as error:  # whatever a broken file makes a parser raise
            raise NonconformingHeader(f"the padding cannot be read: {error}", where=path) from error
    if found.get(value) is None:
        return None
    return min(ends), max(ends)


def is_padding(values: npt.NDArray[Any], padding: tuple[float, float]) -> npt.NDArray[np.bool_]:
    """Which of some values are within the range, both ends included."""
    if np.isnan(padding).any():
        return np.asarray(np.isnan(values), dtype=np.bool_)
    inside: npt.NDArray[np.bool_] = (values >= padding[0]) & (values <= padding[1])
    return inside
