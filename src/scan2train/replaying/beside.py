"""What a set has beside its cases that no account tells: where its numbers are from, and nnU-Net's folds."""

from __future__ import annotations

import json
from typing import Any

from scan2train.errors import OutputDamaged
from scan2train.preparing.fit_recipe import Fit
from scan2train.preparing.layouts import SPLITS
from scan2train.preparing.ownership import FIT
from scan2train.recipe import Recipe
from scan2train.verifying.said import Said


def fit_of(said: Said, recipe: Recipe) -> Fit | None:
    """What ``fit.json`` says of the numbers of the set's own recipe; ``None`` where none were fitted.

    Raises
    ------
    OutputDamaged
        If it is there and cannot be read, or was there when the run came to its end.
    """
    path = said.out / FIT
    if not path.exists() and FIT not in said.journal.beside:
        return None
    try:
        return Fit.from_json(recipe, json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputDamaged(
            "it cannot be read on which cases the recipe was fitted",
            where=path,
            expected="what `prepare` wrote",
            found=error,
            advice="Put the file back as it was; see with `verify` what else was changed.",
        ) from error


def folds_of(said: Said) -> dict[int, dict[str, list[str]]]:
    """The folds in the layout's ``splits_final.json``, if a run of ``prepare`` wrote one."""
    name = f"{(said.journal.asked or {}).get('folder', '')}/{SPLITS}"
    if name not in said.journal.beside:
        return {}
    try:
        told: list[dict[str, Any]] = json.loads((said.out / name).read_bytes())
        return {at: {part: list(one[part]) for part in ("train", "val")} for at, one in enumerate(told)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # verify tells of it; it is no part of what is replayed to the byte
