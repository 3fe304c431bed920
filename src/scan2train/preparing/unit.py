"""The unit of an image whose file does not say it, where the recipe leaves only one."""

from __future__ import annotations

from scan2train.finding import Finding, Severity
from scan2train.recipe import Recipe
from scan2train.volume import Volume

#: A CT in HU has air in it, or padding below; values that are not shifted to HU, or windowed, have neither.
_AIR_HU = -500
#: No file says so of its values where its format has no place for it.
_UNKNOWN = "a.u."


def settle_unit(volume: Volume, recipe: Recipe) -> tuple[Volume, tuple[Finding, ...]]:
    """``volume`` in HU, if it is in no known unit, the recipe's task is one for CT, and the values reach down to air.

    Either way the finding says what was taken for granted: NIfTI, MetaImage and NRRD do not know of HU, and a recipe
    for CT means nothing on other values.
    """
    if volume.unit != _UNKNOWN or not recipe.task.startswith("ct") or volume.array.ndim != 3:
        return volume, ()
    least, most = float(volume.array.min()), float(volume.array.max())
    in_hu = least <= _AIR_HU
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
        seen=f"{least:g} to {most:g}",
        expected=f"HU, with air below {_AIR_HU}",
    )
    return (volume.replace(unit="HU") if in_hu else volume), (finding,)
