"""Crop a CT to the patient, without table and air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.body import SAY_HU
from scan2train.measures.foreground import foreground_box
from scan2train.recipe import Choice, Scene
from scan2train.steps.crop import Crop
from scan2train.steps.crop_to_foreground import crop_around


@dataclass(frozen=True, kw_only=True)
class CropToBody(Choice):
    """Keep the box around the body and ``margin_mm`` on each side, as far as the volume goes.

    The body is what lies above ``above_hu`` in one piece that is more than a thin shell: tables and blankets drop
    out. It is looked for on the measured values, so that it may stand behind steps that change them.
    """

    margin_mm: float = 10.0
    above_hu: float = -500.0

    @property
    def needs_hu(self) -> bool:
        """Always: the body is told by a threshold in HU."""
        return True

    def become(self, scene: Scene, rng: np.random.Generator) -> Crop:  # noqa: ARG002 - nothing is left to chance
        """The crop that holds the body."""
        if scene.measured.unit != "HU":
            raise WrongUse(
                "crop_to_body needs a calibrated CT",
                expected="values in HU",
                found=scene.measured.unit,
                advice=f"If these are Hounsfield units, {SAY_HU} Use crop_to_foreground for other images.",
            )
        box = foreground_box(scene.measured_in_place("the body"), self.above_hu)
        return crop_around(scene, scene.measured.grid, box, self.margin_mm)
