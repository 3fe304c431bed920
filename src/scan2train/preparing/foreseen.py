"""What headers tell of a case that is sure to fail by the unit of its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scan2train.errors import WrongUse
from scan2train.measures.body import SAY_HU
from scan2train.preparing.of_prepared import account_beside
from scan2train.recipe import Recipe

#: Formats that have no place for the unit of values.
_UNTOLD = ("nifti", "nrrd", "metaimage")


def require_unit(row: Mapping[str, Any], recipe: Recipe) -> None:
    """Do nothing unless a step needs Hounsfield units, and headers tell for certain that there are none.

    That is so of DICOM of another modality than CT, and of files that do not know of units where neither the recipe's
    task nor a step before says how to take them. A CT of the former kind, or values that a task may take for HU, can
    still fail: only its pixels tell.

    Raises
    ------
    WrongUse
        If the case would fail.
    """
    words = [step.word() for step in recipe.steps]
    needy = next((at for at, step in enumerate(recipe.steps) if step.needs_hu), None)
    if needy is None or "take_as" in words[:needy]:
        return
    if row["format"] == "dicom":
        sure, found = bool(row["modality"]) and row["modality"] != "CT", row["modality"]
    else:
        guessed = recipe.task.startswith("ct") and "take_as" not in words
        sure = row["format"] in _UNTOLD and not guessed and account_beside(row) is None
        found = "a.u."
    if sure:
        raise WrongUse(
            f"{words[needy]} needs a calibrated CT",
            expected="values in HU",
            found=found,
            advice="Leave such scans out with --where \"modality = 'CT'\", or take another recipe for them."
            if row["format"] == "dicom"
            else f"If these are Hounsfield units, {SAY_HU}",
        )
