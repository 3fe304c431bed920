"""Where the frames of a dose lie: no functional groups tell, but one vector of offsets (PS3.3 C.8.8.3.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from scan2train.knowledge.sop_classes import RT_DOSE
from scan2train.tables import FRAMES

_POSITION = ("position_x", "position_y", "position_z")
_ROW = ("row_x", "row_y", "row_z")
_COLUMN = ("col_x", "col_y", "col_z")


def dose_frames(instances: pl.DataFrame) -> pl.DataFrame:
    """Rows of the frames table for RT Dose objects of several frames.

    Grid Frame Offset Vector counts along the normal from Image Position (Patient); where its first value is not 0 it
    counts from the origin instead, which leaves the differences the same. Objects without one offset a frame get no
    rows.
    """
    doses = instances.filter((pl.col("sop_class_uid") == RT_DOSE) & (pl.col("n_frames") > 1) & pl.col("fits"))
    rows: list[dict[str, Any]] = []
    for dose in doses.iter_rows(named=True):
        offsets = _numbers(dose["frame_offsets"])
        place = [dose[name] for name in (*_POSITION, *_ROW, *_COLUMN)]
        if len(offsets) != dose["n_frames"] or None in place:
            continue
        position, row, column = np.array(place, dtype=np.float64).reshape(3, 3)
        places = position + np.outer(np.array(offsets) - offsets[0], np.cross(row, column))
        rows.extend(
            {"instance": dose["instance"], "frame": n, **dict(zip(_POSITION, one, strict=True))}
            for n, one in enumerate(places.tolist())
        )
    return FRAMES.frame(rows)


def _numbers(text: str | None) -> list[float]:
    try:
        return [float(part) for part in (text or "").split("\\") if part.strip()]
    except ValueError:
        return []
