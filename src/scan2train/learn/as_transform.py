"""A recipe as a transform of MONAI or TorchIO."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from scan2train.errors import WrongUse
from scan2train.recipe import Recipe

_KINDS = {"monai": ("monai_transform", "label"), "torchio": ("torchio_transform", "labels")}


def as_transform(
    recipe: Recipe | str | Path,
    kind: Literal["monai", "torchio"],
    *,
    image: str = "image",
    labels: str | None = None,
    valid: str = "valid",
) -> Any:
    """A recipe as a dictionary transform of MONAI, or a transform of TorchIO.

    What is done is what ``recipe.run_pair`` does, to the image and to its labels, with their affines. What was drawn
    and measured is in the result under ``account``, as JSON: a recipe of plain steps that replays it.

    Parameters
    ----------
    recipe
        A recipe, its file, or the name of a preset.
    kind
        ``"monai"``: of a dictionary with ``MetaTensor`` ``(C, i, j, k)``, behind ``LoadImaged`` and
        ``EnsureChannelFirstd``; its chance comes from MONAI (``set_random_state``, ``set_determinism``).
        ``"torchio"``: of a ``Subject``; its chance comes from torch's generator.
    image, labels, valid
        Keys. Labels are ``"label"`` for MONAI and ``"labels"`` for TorchIO if not given, and may be missing. Where
        there is ``valid``, a mask of real data, it counts and is carried along.
    """
    if kind not in _KINDS:
        raise WrongUse("kind", expected=" or ".join(_KINDS), found=repr(kind))
    module, usual = _KINDS[kind]
    loaded = recipe if isinstance(recipe, Recipe) else Recipe.load(recipe)
    try:
        made = import_module(f"scan2train.learn.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".", maxsplit=1)[0] not in {"torch", kind}:
            raise
        raise WrongUse(
            f"as_transform needs {error.name}, which is not installed",
            advice=f"pip install scan2train[{kind}]",
        ) from error
    return made.RecipeTransform(loaded, image=image, labels=labels or usual, valid=valid)
