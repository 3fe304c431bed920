"""The unit that a recipe needs: taken for granted where a file does not say it, asked for where it must be computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scan2train.errors import WrongUse
from scan2train.finding import Finding, Severity
from scan2train.reading.options import Options
from scan2train.recipe import Recipe
from scan2train.volume import Volume

#: Air in a CT, and lung: a CT in HU has some of it, other values that only go below zero do not.
_AIR_HU = (-1100, -700)
_LEAST_SHARE = 0.01
#: No file says so of its values where its format has no place for it.
_UNKNOWN = "a.u."


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


def settle_unit(volume: Volume, recipe: Recipe) -> tuple[Volume, tuple[Finding, ...]]:
    """``volume`` in HU, if its unit is not known, the recipe's task is one for CT, and there is air in it.

    Either way a finding says what was taken for granted: NIfTI, MetaImage and NRRD do not know of HU, and a recipe
    for CT means nothing on other values. For files that say what they are (DICOM) this is not to be asked.
    """
    if volume.unit != _UNKNOWN or not recipe.task.startswith("ct") or volume.array.ndim != 3:
        return volume, ()
    some = volume.array[::2, ::2, ::2]
    low, high = _AIR_HU
    share = float(((some >= low) & (some <= high)).mean())
    in_hu = share >= _LEAST_SHARE
    finding = Finding(
        code="NII003",
        name="odd-scaling",
        severity=Severity.INFO if in_hu else Severity.WARNING,
        scope="volume",
        message="The file does not say in which unit its values are; they were taken for HU."
        if in_hu
        else "The file does not say in which unit its values are, and they do not look like HU.",
        advice="Nothing needs to be done if it is a CT."
        if in_hu
        else "If it is a CT, find out what was done to it; otherwise use a recipe for what it is.",
        seen=f"{share:.1%} of the values between {low} and {high}",
        expected=f"air: at least {_LEAST_SHARE:.0%}",
    )
    return (volume.replace(unit="HU") if in_hu else volume), (finding,)
