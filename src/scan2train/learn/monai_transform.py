"""A recipe as a dictionary transform of MONAI."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from monai.transforms import MapTransform, Randomizable

from scan2train.learn.monai_images import from_monai, to_monai
from scan2train.recipe import Recipe
from scan2train.volume import Labels


class RecipeTransform(Randomizable, MapTransform):  # type: ignore[misc]
    """Runs a recipe on an image and its labels; see :func:`scan2train.learn.as_transform`."""

    def __init__(self, recipe: Recipe, *, image: str, labels: str, valid: str) -> None:
        super().__init__(keys=[image])
        self.recipe, self.image, self.labels, self.valid = recipe, image, labels, valid
        self.seed = 0

    def randomize(self, data: Any = None) -> None:  # noqa: ARG002 - the signature is MONAI's
        """Draw the seed of the next run from the generator that MONAI sets."""
        self.seed = int(self.R.randint(1 << 31))

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The dictionary with its images replaced."""
        self.randomize()
        made = dict(data)
        volume = from_monai(made[self.image], valid=made.get(self.valid))
        if self.labels in made:
            labels = cast("Labels", from_monai(made[self.labels], as_labels=True))
            ready, ready_labels, account = self.recipe.run_pair(volume, labels, self.seed)
            made[self.labels] = _replaced(made[self.labels], ready_labels)
        else:
            ready, account = self.recipe.run(volume, self.seed)
        made[self.image] = _replaced(made[self.image], ready)
        if self.valid in made:
            mask = np.ones(ready.grid.shape, np.bool_) if ready.valid is None else ready.valid
            made[self.valid] = to_monai(Labels(array=mask.view(np.uint8), grid=ready.grid))
        return {**made, "account": json.dumps(account.to_json()["step"])}


def _replaced(old: Any, volume: Any) -> Any:
    """The new tensor with what the old one said of itself, save where it lay."""
    new = to_monai(volume)
    kept = {name: value for name, value in old.meta.items() if name not in {"affine", "spatial_shape"}}
    new.meta.update({**kept, **new.meta})
    return new
