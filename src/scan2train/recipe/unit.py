"""The unit that a recipe's task takes for granted where a file does not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scan2train.finding import Finding, Severity
from scan2train.recipe.lookup import find_step
from scan2train.recipe.range_of_ct import clipped_as_ct
from scan2train.volume import Volume

if TYPE_CHECKING:
    from scan2train.recipe.recipe import Recipe
    from scan2train.recipe.step import Instruction

#: Air in a CT, and lung: a CT in HU has some of it, other values that only go below zero do not.
_AIR_HU = (-1100, -700)
_LEAST_SHARE = 0.01
#: No file says so of its values where its format has no place for it.
_UNKNOWN = "a.u."


def settle_unit(volume: Volume, recipe: Recipe) -> tuple[Volume, tuple[Finding, ...]]:
    """``volume`` in HU, if its unit is not known, the recipe's task is one for CT, and there is air in it.

    Either way a finding says what was taken for granted: NIfTI, MetaImage and NRRD do not know of HU, and a recipe
    for CT means nothing on other values. Files that say what they are (DICOM) are not asked, nor is a recipe that
    says it itself (``take_as``), as the account does of a volume that was taken for HU. Where no task says what the
    values are, a finding tells of those without air that the recipe clips as a CT.
    """
    if any(step.word() == "take_as" for step in recipe.steps):
        return volume, ()
    told = volume.unit != _UNKNOWN or volume.meta.get("format") == "dicom" or volume.array.ndim != 3
    if told or not recipe.task.startswith("ct"):
        found = clipped_as_ct(volume, recipe)
        return volume, () if found and not told and _share_of_air(volume) >= _LEAST_SHARE else found
    low, high = _AIR_HU
    share = _share_of_air(volume)
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


def _share_of_air(volume: Volume) -> float:
    some, (low, high) = volume.array[::2, ::2, ::2], _AIR_HU
    return float(((some >= low) & (some <= high)).mean())


def taken_as(given: Volume, settled: Volume) -> tuple[Instruction, ...]:
    """The step that says what was taken for granted, if anything was.

    It is the first thing that was done, so that the account replays on the volume as it was given.
    """
    if settled.unit == given.unit:
        return ()
    return (find_step("take_as").from_json({"measured_in": settled.unit}),)
