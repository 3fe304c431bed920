"""Turn radiographs whose dense parts are dark, so that bright is dense throughout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from scan2train.knowledge.sop_classes import FILMS
from scan2train.recipe import Choice, Scene, Step
from scan2train.steps.linear import Linear


@dataclass(frozen=True, kw_only=True)
class BrightIsDense(Choice):
    """``low + high − value`` on radiographs that are meant to be shown inverted; all others stay as they are.

    That is where Photometric Interpretation is MONOCHROME1 or Presentation LUT Shape is INVERSE (PS3.3 C.7.6.3.1.2,
    C.11.6). Of an image FOR PROCESSING the Pixel Intensity Relationship Sign decides, where there is one: with 1 high
    values mean much radiation, and little on its way (C.8.11.3.1.2). ``low`` and ``high`` are the ends of a clip that
    came before, or those of what Bits Stored can hold after the rescale.

    Measured values (CT, MR, PET) are never turned, and neither is what does not say how it is to be shown.
    """

    leaves_grid: ClassVar[bool] = True

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """The straight line that turns the values, or leaves them."""
        meta = scene.measured.meta
        if not is_inverted(meta):
            return Linear()
        # What Bits Stored can hold says nothing any more once values are on another scale.
        held = None if scene.changed else meta.get("value_range")
        low, high = scene.bounds or held or _extremes(scene)
        return Linear(scale=-1.0, shift=float(low) + float(high))


def is_inverted(meta: Mapping[str, Any]) -> bool:
    """Whether a volume with this ``meta`` is a radiograph in which dense is dark."""
    if meta.get("modality") not in FILMS:
        return False
    sign = meta.get("intensity_sign")
    if meta.get("presentation_intent") == "FOR PROCESSING" and sign in (1, -1):
        return bool(sign == 1)
    return meta.get("photometric") == "MONOCHROME1" or meta.get("lut_shape") == "INVERSE"


def _extremes(scene: Scene) -> tuple[float, float]:
    """Of real voxels, where the header gives no range."""
    volume = scene.volume
    real = volume.array if volume.valid is None else volume.array[volume.valid]
    return (float(real.min()), float(real.max())) if real.size else (0.0, 0.0)
