"""Numbers of an image and its labels."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.measures.label_extents import Extent, extents_of
from scan2train.measures.spread import PERCENTILES, Spread, spread_of
from scan2train.read import read
from scan2train.reading.labels_on import labels_on
from scan2train.volume import Labels, Volume

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStats:
    """One class: ``ml`` and mm are ``None`` on a pixel grid; where it has no voxel, all but ``voxels`` and ``ml`` are.

    ``box_voxels`` are the first and the last index, both within; ``box_mm`` the least and the greatest RAS+ coordinates
    of that box's outer faces; ``centroid_mm`` is the mean of its voxels' centres, RAS+. ``image`` has its values
    within it, one spread a channel.
    """

    value: int
    name: str
    voxels: int
    ml: float | None
    box_voxels: tuple[tuple[int, int, int], tuple[int, int, int]] | None = None
    box_mm: tuple[Point, Point] | None = None
    centroid_voxels: Point | None = None
    centroid_mm: Point | None = None
    image: tuple[Spread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What :func:`stats` found: the image's values by channel, over ``valid`` voxels, and its labels by value."""

    grid: Grid
    unit: str
    ml: float | None
    valid: int
    image: tuple[Spread, ...]
    labels: tuple[LabelStats, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values, complete and stable."""
        grid = self.grid
        return {
            "version": 1,
            "unit": self.unit,
            "size": list(grid.shape),
            "spacing_mm": list(grid.spacing) if grid.physical else None,
            "orientation": grid.orientation if grid.physical else None,
            "voxels": int(np.prod(grid.shape)),
            "valid_voxels": self.valid,
            "ml": self.ml,
            "image": [_spread(one, grid) for one in self.image],
            "labels": [
                {
                    "value": one.value,
                    "name": one.name,
                    "voxels": one.voxels,
                    "ml": one.ml,
                    "box_voxels": one.box_voxels and [list(end) for end in one.box_voxels],
                    "box_mm": one.box_mm and [list(end) for end in one.box_mm],
                    "centroid_voxels": one.centroid_voxels and list(one.centroid_voxels),
                    "centroid_mm": one.centroid_mm and list(one.centroid_mm),
                    "image": [_spread(spread, grid) for spread in one.image],
                }
                for one in self.labels
            ],
        }


def stats(
    image: Volume | str | os.PathLike[str] | Mapping[str, Any],
    labels: Labels | str | os.PathLike[str] | None = None,
    irregular: str = "refuse",
    suv: str | None = None,
) -> Stats:
    """Mean, spread, extremes, percentiles and histogram of an image, as a whole and within each label.

    Parameters
    ----------
    image
        A volume, or what :func:`scan2train.read.read` takes. Padding (``valid`` false) and what is not finite is left
        out of all numbers.
    labels
        A mask on the image's grid, or a file of one: also a DICOM SEG, or an RTSTRUCT of the image.
    irregular, suv
        How to read the image, as for :func:`scan2train.read.read`.

    Returns
    -------
    Stats
        Values in the image's unit; volumes in ml, from the affine's determinant; positions as indices ``(i, j, k)``
        from 0, and in RAS+ mm.

    Raises
    ------
    GridMismatch
        If the mask lies on another grid than the image.
    WrongUse
        If an argument cannot be meant.
    Scan2TrainError
        As :func:`scan2train.read.read`.
    """
    volume = image if isinstance(image, Volume) else read(image, irregular, suv)
    if volume.array.ndim > 4:
        raise WrongUse("numbers are those of one volume", found=f"an array of shape {volume.array.shape}")
    mask = None if labels is None else labels_on(labels, volume)
    unit_ml = volume.grid.voxel_volume / 1000 if volume.grid.physical else None
    n = int(np.prod(volume.grid.shape))
    return Stats(
        grid=volume.grid,
        unit=volume.unit,
        ml=None if unit_ml is None else n * unit_ml,
        valid=n if volume.valid is None else int(volume.valid.sum()),
        image=tuple(spread_of(channel, volume.valid) for channel in _channels(volume)),
        labels=() if mask is None else _of_labels(volume, mask, unit_ml),
    )


def _of_labels(volume: Volume, labels: Labels, unit_ml: float | None) -> tuple[LabelStats, ...]:
    found = {one.value: one for one in extents_of(labels)}
    values = sorted({*found, *(value for value in labels.names if value != 0)})
    empty = None if unit_ml is None else 0.0
    return tuple(
        _of_label(volume, labels, found[value], unit_ml)
        if value in found
        else LabelStats(value=value, name=labels.names[value], voxels=0, ml=empty)
        for value in values
    )


def _of_label(volume: Volume, labels: Labels, extent: Extent, unit_ml: float | None) -> LabelStats:
    box = extent.box
    within = labels.array[box] == extent.value
    if volume.valid is not None:
        within &= volume.valid[box]
    grid = volume.grid
    corners = grid.to_world(
        list(product(*((a - 0.5, b + 0.5) for a, b in zip(extent.first, extent.last, strict=True))))
    )
    return LabelStats(
        value=extent.value,
        name=labels.names.get(extent.value, ""),
        voxels=extent.voxels,
        ml=None if unit_ml is None else extent.voxels * unit_ml,
        box_voxels=(extent.first, extent.last),
        box_mm=(_point(corners.min(axis=0)), _point(corners.max(axis=0))) if grid.physical else None,
        centroid_voxels=extent.centroid,
        centroid_mm=_point(grid.to_world(extent.centroid)) if grid.physical else None,
        image=tuple(_shifted(spread_of(channel[box], within), extent.first) for channel in _channels(volume)),
    )


def _shifted(spread: Spread, first: tuple[int, int, int]) -> Spread:
    """Places within a box as places within the whole."""

    def whole(at: tuple[int, int, int] | None) -> tuple[int, int, int] | None:
        return None if at is None else (at[0] + first[0], at[1] + first[1], at[2] + first[2])

    return replace(spread, minimum_at=whole(spread.minimum_at), maximum_at=whole(spread.maximum_at))


def _channels(volume: Volume) -> list[Any]:
    array = volume.array
    return [array] if array.ndim == 3 else [array[..., c] for c in range(array.shape[3])]


def _point(numbers: Any) -> Point:
    x, y, z = (float(number) for number in numbers)
    return x, y, z


def _spread(spread: Spread, grid: Grid) -> dict[str, Any]:
    def place(at: tuple[int, int, int] | None) -> dict[str, Any] | None:
        if at is None:
            return None
        return {"voxel": list(at), "mm": list(_point(grid.to_world(at))) if grid.physical else None}

    return {
        "n": spread.n,
        "not_finite": spread.not_finite,
        "mean": spread.mean,
        "sd": spread.sd,
        "median": spread.median,
        "minimum": spread.minimum,
        "minimum_at": place(spread.minimum_at),
        "maximum": spread.maximum,
        "maximum_at": place(spread.maximum_at),
        "percentiles": {f"{p:g}": value for p, value in zip(PERCENTILES, spread.percentiles, strict=False)},
        "histogram": {"edges": list(spread.edges), "counts": list(spread.counts)},
    }
