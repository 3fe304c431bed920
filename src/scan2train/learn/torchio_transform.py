"""A recipe as a transform of TorchIO."""

from __future__ import annotations

import json
from typing import Any, cast

import numpy as np
import torch
import torchio

from scan2train.learn.torchio_images import from_torchio, to_torchio
from scan2train.recipe import Recipe
from scan2train.volume import Labels


class RecipeTransform(torchio.Transform):  # type: ignore[misc]
    """Runs a recipe on an image and its labels; see :func:`scan2train.learn.as_transform`."""

    def __init__(self, recipe: Recipe, *, image: str, labels: str, valid: str) -> None:
        super().__init__()
        self.recipe, self.image, self.labels, self.valid = recipe, image, labels, valid

    def apply_transform(self, subject: Any) -> Any:
        """The subject with its images replaced."""
        seed = int(torch.randint(1 << 31, (1,)).item())
        volume = from_torchio(subject[self.image], valid=subject.get(self.valid))
        with np.errstate(all="warn"):  # TorchIO has every rounding to infinity raised
            if self.labels in subject:
                labels = cast("Labels", from_torchio(subject[self.labels]))
                ready, ready_labels, account = self.recipe.run_pair(volume, labels, seed)
                subject[self.labels] = to_torchio(ready_labels)
            else:
                ready, account = self.recipe.run(volume, seed)
        subject[self.image] = to_torchio(ready)
        if self.valid in subject:
            mask = np.ones(ready.grid.shape, np.bool_) if ready.valid is None else ready.valid
            subject[self.valid] = to_torchio(Labels(array=mask.view(np.uint8), grid=ready.grid))
        subject["account"] = json.dumps(account.to_json()["step"])
        subject.update_attributes()
        return subject

    def _add_transform_to_subject_history(self, subject: Any) -> None:
        """Leave TorchIO's history alone: it builds transforms by names of its own. The account says what was done."""
