"""The patient in a CT, without table, clothes and air."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.measures.body import ABOVE_HU
from scan2train.measures.distances import depth_mm, pieces_of, widened_by_one
from scan2train.measures.lattice import Lattice, draw
from scan2train.measures.trunk import enclosed, solid_body
from scan2train.tools.segment.result import Doubt, Measure, Segmentation
from scan2train.tools.segment.scan import ct_of
from scan2train.volume import Array, Labels, Mask, Volume

#: Blocks on which the body is found; its skin is drawn on the voxels of the scan.
_STEP_MM = 2.5
#: Air within the body has at most so much of its size open to the outside: lung behind a thin wall, no armpit.
_OPEN_SHARE = 0.02
#: Less is nobody, ml.
_LEAST_ML = 200.0
#: Body at a side of the picture is cut from this area on, cm²; shoulders mostly are, by less.
_CUT_CM2 = 150.0


def segment_body(
    what: Volume | str | os.PathLike[str] | Mapping[str, Any],
    *,
    thin_mm: float = 4.5,
    irregular: str = "refuse",
    unit: str | None = None,
) -> Segmentation:
    """Find the patient in a CT: skin and all that lies within, lungs and gas included; no table, no clothes, no air.

    Parameters
    ----------
    what
        A volume, or what :func:`scan2train.read` takes.
    thin_mm
        What is thinner than twice this, and dense, is table or cloth.
    irregular
        As for :func:`scan2train.read`.
    unit
        ``"HU"`` where a file does not say so; without it such values must look like HU.

    Returns
    -------
    Segmentation
        ``labels``: uint8 on the grid of the scan, 1 body. Arms and legs that are apart from the trunk belong to it.

    Raises
    ------
    WrongUse, Scan2TrainError
        As :func:`segment_lungs`.
    """
    volume, doubts = ct_of(what, irregular=irregular, unit=unit)
    lattice = Lattice.of(volume, _STEP_MM)
    means, spacing = lattice.means(), lattice.spacing
    solid = solid_body(means, spacing, thin_mm)
    body = solid | _inside(solid)
    # What lies within a block of the body is drawn by its value alone.
    classes = widened_by_one(body, spacing).astype(np.uint8)
    depth = np.where(body, depth_mm(body, spacing) - max(spacing[:2]), 0).clip(0)
    labels, counts, sums = draw(lattice, classes, depth, kept=1, limit=ABOVE_HU, dark=False)
    measure = Measure.of(1, "body", counts[1], sums[1], volume.grid.voxel_volume)
    if measure.volume_ml < _LEAST_ML:
        raise Scan2TrainError(
            "no body was found",
            expected=f"one piece above {ABOVE_HU:g} HU that is more than a shell",
            found=f"{measure.volume_ml:.1f} ml",
        )
    made = Labels(array=labels, grid=volume.grid, names={1: "body"})
    return Segmentation(labels=made, measures=(measure,), doubts=(*doubts, *_cut(body, spacing)))


def _inside(solid: Mask) -> Mask:
    """What the body encloses: its pieces that are open to the outside nowhere, or at a thin place only."""
    hollow = enclosed(solid) & ~solid
    outside = ~solid & ~hollow
    numbers, sizes = pieces_of(hollow)
    touching = np.zeros(solid.shape, dtype=np.bool_)
    for axis in (0, 1):
        here, there = np.moveaxis(outside, axis, 0), np.moveaxis(touching, axis, 0)
        there[1:] |= here[:-1]
        there[:-1] |= here[1:]
    opened = np.bincount(numbers[touching & hollow], minlength=len(sizes))
    kept = opened <= _OPEN_SHARE * sizes
    kept[0] = False
    inside: Mask = kept[numbers]
    return inside


def _cut(body: Array, spacing: tuple[float, float, float]) -> Iterator[Doubt]:
    for axis, words in enumerate((("left", "right"), ("back", "front"))):
        face = spacing[1 - axis] * spacing[2] / 100
        for at, word in zip((0, -1), words, strict=True):
            area = float(np.take(body, at, axis=axis).sum()) * face
            if area > _CUT_CM2:
                yield Doubt(
                    reason="cut-body",
                    message=f"{area:.0f} cm² of the body lie at the {word} side of the picture",
                )
