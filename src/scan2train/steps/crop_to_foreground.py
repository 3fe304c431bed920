"""Crop to what stands out from the background."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.measures.foreground import foreground_box, otsu_threshold
from scan2train.recipe import Choice, Scene
from scan2train.steps.crop import Crop


@dataclass(frozen=True, kw_only=True)
class CropToForeground(Choice):
    """Keep the box around the foreground and ``margin_mm`` on each side, as far as the volume goes.

    The foreground lies above ``above``, in the unit of the measured values, or above Otsu's threshold (1979).
    """

    margin_mm: float = 10.0
    above: float | None = None

    def become(self, scene: Scene, rng: np.random.Generator) -> Crop:  # noqa: ARG002 - nothing is left to chance
        """The crop that holds the foreground."""
        measured = scene.measured_in_place("the foreground")
        above = otsu_threshold(measured) if self.above is None else self.above
        return crop_around(scene, measured.grid, foreground_box(measured, above), self.margin_mm)


def crop_around(scene: Scene, on: Grid, box: tuple[tuple[int, int], ...], margin_mm: float) -> Crop:
    """The crop of ``scene.grid`` that holds ``box`` (first and last index on the grid ``on``) and a margin.

    Raises
    ------
    GeometryError
        If there is a margin, and the grid has no millimetres.
    WrongUse
        If nothing of the box is left.
    """
    if margin_mm:
        scene.grid.require_physical("a margin")
    ends = [(first - 0.5, last + 0.5) for first, last in box]
    corners = scene.grid.to_index(on.to_world(np.array(list(product(*ends)))))
    margin = margin_mm / np.asarray(scene.grid.spacing)
    # A voxel belongs to the box as soon as its own extent reaches in; the hundredth keeps rounding out of it.
    first = np.floor(corners.min(axis=0) - margin + 0.5 + 0.01).astype(int)
    last = np.ceil(corners.max(axis=0) + margin - 0.5 - 0.01).astype(int)
    first = np.maximum(first, 0)
    last = np.minimum(last, np.asarray(scene.grid.shape) - 1)
    if (first > last).any():
        raise WrongUse("the steps before have cut away what this crop looks for", found=scene.grid)
    start = tuple(int(n) for n in first)
    size = tuple(int(n) for n in last - first + 1)
    return Crop(start=(start[0], start[1], start[2]), size=(size[0], size[1], size[2]))
