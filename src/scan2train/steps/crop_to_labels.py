"""Crop to what is labelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.recipe import Choice, Scene
from scan2train.steps.crop import Crop
from scan2train.steps.crop_to_foreground import crop_around


@dataclass(frozen=True, kw_only=True)
class CropToLabels(Choice):
    """Keep the box around the labels and ``margin_mm`` on each side, as far as the volume goes.

    ``labels`` lists the values that count; all but 0 if not given. A case without labels, or in which none of these
    values occurs, is refused. A new scan has no labels: what is trained on such crops must be found by other means
    there, as by a first, coarser network.
    """

    margin_mm: float = 10.0
    labels: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.labels == () or (self.labels is not None and 0 in self.labels):
            raise WrongUse("crop_to_labels: labels", expected="values other than 0", found=self.labels)

    def become(self, scene: Scene, rng: np.random.Generator) -> Crop:  # noqa: ARG002 - nothing is left to chance
        """The crop that holds the labels."""
        labels = scene.labels_in_place
        if labels is None:
            raise WrongUse(
                "crop_to_labels needs labels, and this case has none",
                advice="Give them with --labels, or leave the case out; crop_to_body and crop_to_foreground need none.",
            )
        planes = labels.array.T
        mask = planes != 0 if self.labels is None else np.isin(planes, self.labels)
        if labels.valid is not None:
            mask &= labels.valid.T
        if not mask.any():
            raise Scan2TrainError(
                "crop_to_labels: there is nothing to crop to",
                expected=f"a voxel of {'any label' if self.labels is None else f'label {self.labels}'}",
                found=f"the values {np.unique(planes)[:10].tolist()}",
            )
        box = []
        for axis in (2, 1, 0):
            where = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
            box.append((int(where[0]), int(where[-1])))
        return crop_around(scene, labels.grid, tuple(box), self.margin_mm)
