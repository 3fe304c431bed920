"""The unit that a recipe needs, where it must be computed from what a file holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scan2train.errors import WrongUse
from scan2train.reading.options import Options
from scan2train.recipe import Recipe


def require_uptake(row: Mapping[str, Any], reading: Options, recipe: Recipe) -> None:
    """See that a recipe for PET is given uptake values, before anything is decoded.

    Other formats than DICOM do not know what was injected; their values are taken as they are.

    Raises
    ------
    WrongUse
        If the volume is DICOM and was not asked for as SUV.
    """
    if recipe.task.startswith("pet") and row["format"] == "dicom" and reading.suv is None:
        raise WrongUse(
            "the recipe is for uptake values (SUV), and this is read as it is stored",
            expected="--suv bw, or --suv lbm or bsa",
            found=row["units"] or row["modality"],
            advice="Run it again with --suv bw, and with --where \"modality = 'PT'\" where there are other scans.",
            code="ACQ008",
        )
