"""An irregular volume cut into its regular parts: runs of evenly spaced slices, each a row of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scan2train.knowledge.tolerances import ABSURD_SPACING_MM
from scan2train.reading.copies import place_groups
from scan2train.reading.slices_of import FloatArray, Row, only_slices, places_of
from scan2train.stacking.even_runs import even_runs, usual_step
from scan2train.stacking.regularity import UNEVEN
from scan2train.stacking.volume_columns import orientations, part_id


def regular_parts(row: Row) -> tuple[dict[str, Any], ...]:
    """Cut a row of the volumes table into rows that each stand for a regular grid, in order of k.

    Every slice is in one part. Slices of one place that differ from one another are each a part of their own, in the
    order in which they stand in the row, and the stack is cut there: nobody can tell which of them belongs. A part is
    what the index would make of its files alone; ``part_of`` says what it was cut from. No file is opened.

    Returns
    -------
    No rows where no two slices follow one another evenly, or where what is wrong is not a matter of places.
    """
    if row["irregular"] not in UNEVEN or row["member_origin_mm"] is None:
        return ()
    runs = _runs(row)
    if max(len(run) for run in runs) < 2:
        return ()
    return tuple(_part(row, run) for run in runs)


def _runs(row: Row) -> list[list[int]]:
    origin, normal = places_of(row)
    groups = place_groups(row)
    first = origin[[group[0] for group in groups]]
    if len(first) < 2:
        return [[k] for group in groups for k in group]
    usual = usual_step(first, normal)
    runs: list[list[int]] = []
    begin = 0
    for at in (*(n for n, group in enumerate(groups) if len(group) > 1), len(groups)):
        if at > begin:
            found = even_runs(first[begin:at], normal, usual)
            runs += [[k for group in groups[begin + a : begin + b] for k in group] for a, b in found]
        if at < len(groups):
            runs += [[k] for k in groups[at]]
        begin = at + 1
    return runs


def _part(row: Row, ks: Sequence[int]) -> dict[str, Any]:
    part = only_slices(row, ks)
    origin, normal = places_of(part)
    affine = np.reshape(row["affine"], (4, 4)).copy()
    step, source = _step(row, origin, normal)
    affine[:3, 2], affine[:3, 3] = step, origin[0]
    across = float(np.linalg.norm(step - (step @ normal) * normal))
    return {
        **part,
        "volume": part_id(row, part),
        "irregular": "",
        "part_of": row["volume"],
        "part_irregular": row["irregular"],
        "part_first": ks[0],
        "part_total": row["n_slices"],
        "affine": affine.ravel().tolist(),
        "spacing_k_mm": float(np.linalg.norm(step)),
        "orientation": orientations(affine[None])[0],
        "tilt_deg": round(float(np.degrees(np.arctan2(across, step @ normal))), 6),
        "step_source": source,
        "transfer_syntax": part["member_transfer_syntax"][0],
        "pixel_kind": part["member_pixel_kind"][0],
        "member_origin_mm": None,
    }


def _step(row: Row, origin: FloatArray, normal: FloatArray) -> tuple[FloatArray, str]:
    """From slice to slice, and what it follows from; of one slice alone what its header says, as in the index."""
    if len(origin) > 1:
        return (origin[-1] - origin[0]) / (len(origin) - 1), "positions"
    for name, source in (
        ("spacing_between_slices_mm", "SpacingBetweenSlices"),
        ("thickness_mm", "SliceThickness"),
    ):
        if 0 < (row[name] or 0) < ABSURD_SPACING_MM:
            return normal * row[name], source
    return normal * 1.0, "assumed"
