"""What is looked at of one scan: what its header says, where it lies, and what the recipe makes of its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.grid import Grid, closest_axes
from scan2train.knowledge.vendors import vendor_of
from scan2train.measures.foreground import foreground_values, otsu_threshold
from scan2train.volume import Array, Volume

#: Percentiles of the values of the foreground.
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
#: Facts that are in the unit of the values: the percentiles, and the grain of the noise.
OF_VALUES = frozenset({*(f"p{p}" for p in PERCENTILES), "grain"})
#: World axes by the directions that they join.
AXES = ("rl", "ap", "is")
#: Values and planes that are looked at; more of them say the same.
_MOST_VALUES, _MOST_PLANES = 1_000_000, 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Facts of one scan by their names; a fact that is not known is left out.

    ``unit`` is that of the values that the recipe makes.
    """

    words: Mapping[str, str]
    numbers: Mapping[str, float]
    unit: str


def observe(scan: Mapping[str, Any], before: Grid, ready: Volume | None) -> Observed:
    """Look at one scan.

    Parameters
    ----------
    scan
        The facts that an account keeps of it (:func:`~scan2train.preparing.scan_facts.scan_facts`).
    before
        Its grid as it was read: spacings and fields of view are along the patient's axes.
    ready
        What the recipe made of it; ``None`` where it could not.
    """
    maker = str(scan.get("manufacturer", ""))
    words = {
        "modality": scan.get("modality"),
        "vendor": vendor_of(maker) or maker.strip().lower(),
        "model": scan.get("model"),
        "kernel_class": scan.get("kernel_class"),
        "phase": scan.get("phase"),
        "patient_position": scan.get("patient_position"),
        "view": scan.get("view"),
        "orientation": before.orientation if before.physical else None,
    }
    numbers: dict[str, float] = {}
    worlds = [world for world, _ in closest_axes(before)]
    for axis, world in enumerate(worlds):
        size, mm = before.shape[axis], before.spacing[axis]
        if before.physical:
            numbers[f"spacing_{AXES[world]}"] = mm
        numbers[f"field_{AXES[world]}"] = size * mm
    numbers["tilt"] = float(scan.get("tilt_deg", 0.0))
    measured = None if ready is None else _measured(ready)
    if ready is not None:
        words["foreground"] = "none" if measured is None else "found"
    return Observed(
        words={name: str(word) for name, word in words.items() if word},
        numbers=numbers | (measured or {}),
        unit="" if ready is None else ready.unit,
    )


def _measured(ready: Volume) -> dict[str, float] | None:
    """Percentiles of the foreground and the grain of its noise; ``None`` where nothing stands out."""
    try:
        values = foreground_values(ready, whole=False)
        threshold = otsu_threshold(ready)
    except Scan2TrainError:
        return None
    values = values[:: max(1, values.size // _MOST_VALUES)]
    values = values[np.isfinite(values)].astype(np.float64)
    if not values.size:
        return None
    found = {
        f"p{p}": float(value)
        for p, value in zip(PERCENTILES, np.percentile(values, PERCENTILES), strict=True)
    }
    grain = _grain(ready, threshold)
    return found if grain is None else {**found, "grain": grain}


def _grain(ready: Volume, threshold: float) -> float | None:
    """Standard deviation of what changes from voxel to voxel along i, in the foreground; sharp kernels leave more.

    Second differences, which slopes of the anatomy do not reach, by their median, which its edges do not move; where
    values are cut off at a bound there is no noise to be seen.
    """
    array = ready.array if ready.array.ndim == 3 else ready.array.mean(axis=3)
    if array.shape[0] < 3:
        return None
    step = max(1, array.shape[2] // _MOST_PLANES)
    planes: Array = array[:, :, step // 2 :: step].astype(np.float64)
    low, high = float(np.nanmin(planes)), float(np.nanmax(planes))
    within = (planes > max(threshold, low)) & (planes < high)
    if ready.valid is not None:
        within &= ready.valid[:, :, step // 2 :: step]
    three = within[:-2] & within[1:-1] & within[2:]
    differences = np.abs(planes[:-2] - 2 * planes[1:-1] + planes[2:])[three]
    if not differences.size:
        return None
    # Of white noise of standard deviation 1 the second difference has √6; 1.4826 makes it of the median.
    grain = float(1.4826 * np.median(differences) / np.sqrt(6))
    return grain if np.isfinite(grain) and grain > 0 else None
