"""Reconstructed volumes of nuclear medicine: where their frames lie is told once, and vectors number them.

PS3.3 C.8.4.8 (NM Multi-frame: which vectors count), C.8.4.11 (NM Detector: orientation, and position of the first
frame), C.8.4.15 (NM Reconstruction: Spacing Between Slices along the normal of the first, against it where negative).
"""

from __future__ import annotations

import math
import warnings
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.formats.dicom.affine import unit_axes
from scan2train.formats.dicom.header import Headers
from scan2train.formats.dicom.header_again import header_again
from scan2train.knowledge.sop_classes import NUCLEAR
from scan2train.tables import FRAMES

_GROUP = 0x0054
_DETECTORS = 0x00540022
_SLICES = 0x00540080
#: Vectors of further dimensions, one entry a frame, and the columns of the frames table that keep them.
_FURTHER = {"energy_window": 0x00540010, "rr_interval": 0x00540060, "time_slot": 0x00540070}

FloatArray = npt.NDArray[np.float64]


def is_nuclear(headers: Headers) -> npt.NDArray[np.bool_]:
    """Which rows are nuclear medicine of several frames."""
    places = headers.text_codes("sop_class_uid")
    named = [at for at in np.unique(places).tolist() if headers.texts[at] == NUCLEAR]
    if not named:
        return np.zeros(len(places), dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        several: npt.NDArray[np.bool_] = headers.number("n_frames") > 1
    return np.isin(places, named) & several


def nuclear_rows(headers: Headers, row: int, path: bytes, size: int, instance: int) -> pl.DataFrame | None:
    """The frames of one file as rows of the frames table; ``None`` where they are no slices, or of no certain place."""
    try:
        found = header_again(headers, row, path, size, _GROUP)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            n = int(headers.number("n_frames")[row])
            slices = _vector(found, _SLICES, n)
            further = {name: _vector(found, tag, n) for name, tag in _FURTHER.items() if tag in found}
            position, axes = _first(found)
            step = float(found.SpacingBetweenSlices)
    except (OSError, zlib.error):
        return None
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        return None
    if not 0 < abs(step) < math.inf:
        return None
    normal = unit_axes(axes[None, :3], axes[None, 3:])[2][0]
    places = position + np.outer(slices - 1, normal * step)
    columns: dict[str, Any] = {f"position_{a}": places[:, at] for at, a in enumerate("xyz")}
    columns |= {f"row_{a}": [axes[at]] * n for at, a in enumerate("xyz")}
    columns |= {f"col_{a}": [axes[at + 3]] * n for at, a in enumerate("xyz")}
    table = pl.DataFrame({"instance": [instance] * n, "frame": np.arange(n), **columns, **further})
    return FRAMES.frame(table.to_dicts())


def _vector(found: Any, tag: int, n: int) -> FloatArray:
    """A vector of whole numbers from 1, one a frame."""
    values = np.atleast_1d(np.array(found[tag].value, dtype=np.float64))
    if values.shape != (n,) or not (values >= 1).all():
        raise ValueError("a vector has an entry for each frame")
    return values


def _first(found: Any) -> tuple[FloatArray, FloatArray]:
    """``(3,)`` position of the first slice and ``(6,)`` directions of row and column: those of the only detector."""
    (detector,) = found[_DETECTORS].value
    position = np.array(detector.ImagePositionPatient, dtype=np.float64)
    axes = np.array(detector.ImageOrientationPatient, dtype=np.float64)
    if position.shape != (3,) or axes.shape != (6,) or not np.isfinite([*position, *axes]).all():
        raise ValueError("a position and two directions")
    return position, axes
