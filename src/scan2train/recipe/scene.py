"""What a choice may look at when it decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scan2train.errors import WrongUse

if TYPE_CHECKING:
    from scan2train.grid import Grid
    from scan2train.volume import Labels, Volume


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The volume on its way through a recipe, seen from one step.

    Parameters
    ----------
    measured
        The volume as it was read, in measured values, on its own grid. What can be decided on it (where the
        body lies) costs no resampling. Where a step so far has said their unit, they are in that unit.
    grid
        The grid as the steps so far have made it.
    unit
        The unit of the values as they stand.
    bounds
        The two values that nothing can exceed after the steps so far, where a clip fixed them.
    make
        Makes the volume as it stands; called at most once.
    labels
        The labels that travel with the volume, as they were read.
    make_labels
        Makes the labels as they stand; ``None`` where there are none.
    moved
        Whether a step so far has moved content within its grid, so that ``measured`` and ``labels`` show it elsewhere.
    changed
        Whether a step so far has changed values to other than averages of what was measured.
    """

    measured: Volume
    grid: Grid
    unit: str
    bounds: tuple[float, float] | None
    make: Callable[[], Volume]
    labels: Labels | None = None
    make_labels: Callable[[], Volume] | None = None
    moved: bool = False
    changed: bool = False

    @cached_property
    def volume(self) -> Volume:
        """The volume as it stands after the steps so far."""
        return self.make()

    @cached_property
    def standing_labels(self) -> Volume | None:
        """The labels as they stand after the steps so far, on :attr:`grid`; ``None`` where there are none."""
        return None if self.make_labels is None else self.make_labels()

    @property
    def labels_in_place(self) -> Volume | None:
        """The labels where they lie now: as they were read, unless a step so far has moved content."""
        return self.standing_labels if self.moved else self.labels

    def measured_in_place(self, what: str) -> Volume:
        """:attr:`measured`, for ``what`` looks for a place on it.

        Raises
        ------
        WrongUse
            If a step so far has moved content: the place would be that from before.
        """
        if self.moved:
            raise WrongUse(
                f"{what} is looked for on the values as they were measured, and their content has been moved",
                expected="nothing like affine or elastic before this step",
                advice="Put what moves content (affine, elastic, and their random forms) behind it.",
            )
        return self.measured

    @property
    def was_made(self) -> bool:
        """Whether somebody has looked at :attr:`volume`."""
        return "volume" in self.__dict__
