"""How far a filter reaches: in millimetres, or in voxels where a grid has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scan2train.errors import WrongUse

if TYPE_CHECKING:
    from scan2train.grid import Grid


def require_one(word: str, what: str, mm: float | None, voxels: float | None) -> None:
    """Exactly one of the two must be given, above 0.

    Raises
    ------
    WrongUse
        Naming the step and both options.
    """
    given = [one for one in (mm, voxels) if one is not None]
    if len(given) != 1 or not given[0] > 0:
        raise WrongUse(
            f"{word}: {what}", expected=f"{what}_mm, or {what} in voxels, above 0", found=f"{mm}, {voxels}"
        )


def in_voxels(
    grid: Grid, word: str, what: str, mm: float | None, voxels: float | None
) -> tuple[float, float, float]:
    """The reach along i, j, k in voxels of ``grid``.

    Raises
    ------
    WrongUse
        If millimetres are asked for on a grid that has none.
    """
    if mm is None:
        same = float(voxels or 0)
        return same, same, same
    if not grid.physical:
        raise WrongUse(
            f"{word}: {what}_mm on a grid of pixels without millimetres",
            expected=f"{what} in voxels",
            found=f"{what}_mm = {mm:g}",
        )
    a, b, c = (mm / spacing for spacing in grid.spacing)
    return a, b, c
