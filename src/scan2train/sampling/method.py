"""How values between voxels are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

Interpolation = Literal["nearest", "linear", "cubic"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """An interpolation, and whether detail that the new grid cannot hold is averaged away first.

    Parameters
    ----------
    interpolation
        ``nearest``; ``linear``; ``cubic``: the interpolating cubic B-spline (Unser 1999).
        ``None`` where nothing has asked for one: grids that fall on one another need none.
    antialias
        Along each axis that shrinks, the kernel is widened by the factor of shrinking.
    """

    interpolation: Interpolation | None = None
    antialias: bool = True

    def then(self, after: Self) -> Self:
        """The sampling of two steps in a row, carried out as one: the later word counts."""
        return self if after.interpolation is None else after
