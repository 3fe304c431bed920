"""Smooth a CT until it is as sharp as a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.measures.sharpness import sharpness, why_unknown
from scan2train.recipe import Choice, Scene
from scan2train.steps.smooth_in_plane import SmoothInPlane


@dataclass(frozen=True, kw_only=True)
class MatchSharpness(Choice):
    """Measure how sharp the slices are (the sigma of their edges, in mm), and smooth up to ``target_mm``.

    It becomes ``smooth_in_plane`` with what is lacking, √(target² − measured²), which keeps both numbers. What is
    as smooth already is left as it is, with a sigma of 0: nothing is ever sharpened. ``target_mm`` is what
    ``scan2train harmonize smooth --to REFERENCE`` measures and prints: for kernels of the body some 0.6 to 0.8 mm.

    It looks at edges between air or lung and tissue, in HU: let it stand before steps that change values, spacing or
    the order of axes. ``unknown`` says what becomes of a scan without such edges: ``refuse`` or ``leave`` it.
    """

    target_mm: float
    unknown: Literal["refuse", "leave"] = "refuse"

    def __post_init__(self) -> None:
        if not 0 < self.target_mm < 10:
            raise WrongUse(
                "match_sharpness: target_mm", expected="above 0 and below 10 mm", found=self.target_mm
            )

    def become(self, scene: Scene, rng: np.random.Generator) -> SmoothInPlane:  # noqa: ARG002 - nothing is left to chance
        """The smoothing that is lacking."""
        if scene.grid.orientation[2] not in "SI":
            raise WrongUse(
                "match_sharpness smooths transverse slices, where kernels act",
                expected="slices along k",
                found=f"axes {scene.grid.orientation}",
                advice="Let it stand before reorient.",
            )
        found = sharpness(scene.volume)
        if found is None:
            if self.unknown == "leave":
                return SmoothInPlane(sigma_mm=0.0, target_mm=self.target_mm)
            raise Scan2TrainError(
                "match_sharpness cannot measure this scan",
                expected="a CT in HU with pixels of at most 2 mm, and skin or lungs in view",
                found=f"{scene.volume!r}, {why_unknown(scene.volume)}",
                advice='In a recipe, unknown = "leave" takes such scans as they are; leave them out of '
                "`harmonize smooth`.",
            )
        lacking = max(self.target_mm**2 - found.sigma_mm**2, 0.0) ** 0.5
        return SmoothInPlane(sigma_mm=lacking, measured_mm=found.sigma_mm, target_mm=self.target_mm)
