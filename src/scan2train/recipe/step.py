"""What one thing to be done looks like: a plain step, or a choice that becomes one.

A step's word in recipes and accounts is the name of its file: ``steps/resample.py`` is ``resample``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from scan2train.recipe.options import check_options, plain
from scan2train.sampling import Sampling

if TYPE_CHECKING:
    from scan2train.grid import Grid
    from scan2train.recipe.scene import Scene
    from scan2train.recipe.summary import Summary
    from scan2train.sampling.value_map import ValueMap
    from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True)
class Instruction(ABC):
    """One line of a recipe: frozen, and JSON both ways."""

    @classmethod
    def word(cls) -> str:
        """The name in recipes: that of the file it stands in."""
        return cls.__module__.rsplit(".", 1)[-1]

    def to_json(self) -> dict[str, Any]:
        """``{"do": word, option: value, ...}``; options left at ``None`` are left out."""
        options = {one.name: plain(getattr(self, one.name)) for one in fields(self)}
        return {"do": self.word(), **{name: value for name, value in options.items() if value is not None}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`.

        Raises
        ------
        UnknownName, WrongUse
            If an option does not exist (the near ones are listed), is missing, or has the wrong type.
        """
        options = {name: value for name, value in data.items() if name != "do"}
        return cls(**check_options(cls, cls.word(), options))

    @property
    @abstractmethod
    def decided(self) -> bool:
        """Whether nothing is left to data or chance."""

    @abstractmethod
    def become(self, scene: Scene, rng: np.random.Generator) -> Step:
        """The plain step that this is, for the volume at hand."""

    @property
    def waits(self) -> bool:
        """Whether its numbers are still to come from a whole data set: before that fit it cannot be carried out."""
        return False

    @property
    def needs_hu(self) -> bool:
        """Whether it refuses values that are not in Hounsfield units."""
        return False

    def contribution(self, scene: Scene) -> Summary:
        """What the case at hand adds to the fit that this waits for."""
        raise NotImplementedError(type(self).__name__)

    def fitted(self, total: Summary) -> Instruction:
        """The same with the numbers that all contributions together give; it does not wait any more."""
        raise NotImplementedError(type(self).__name__)


class Step(Instruction):
    """Something plain: it depends on neither data nor chance, and can be replayed exactly."""

    #: Whether it was, or will be, decided by looking at the values as they stand at its place in the recipe.
    looks: ClassVar[bool] = False

    @property
    def decided(self) -> bool:
        """A step is decided unless it says which of its options the data will fill in."""
        return True

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - a plain step needs neither
        """Itself: a plain step is already decided."""
        return self

    def grid(self, grid: Grid) -> Grid:
        """The grid after this step, planned without voxels."""
        return grid

    @abstractmethod
    def undo(self, grid: Grid) -> Step | None:
        """The step that takes a result back to ``grid``, on which this step began; ``None`` if it cannot be."""

    def __call__(self, volume: Volume) -> Volume:
        """The volume after this step; the one given stays as it is."""
        from scan2train.recipe.pending import Pending

        return Pending.start(volume).then(self).realize()


class SpatialStep(Step):
    """A step that changes where voxels lie. Values are interpolated, never changed otherwise."""

    @property
    def sampling(self) -> Sampling:
        """How values are found between voxels; exact where the new centres fall on old ones."""
        return Sampling()

    @abstractmethod
    def grid(self, grid: Grid) -> Grid:
        """The grid after this step, planned without voxels."""

    def undo(self, grid: Grid) -> Step | None:
        """Sampling onto the grid from which the step began."""
        from scan2train.steps.to_grid import ToGrid

        return ToGrid(shape=grid.shape, affine=tuple(grid.affine.ravel().tolist()))


class ValueStep(Step):
    """A step that changes values, voxel by voxel, and leaves the grid. Labels pass through untouched."""

    @abstractmethod
    def map(self) -> ValueMap | None:
        """The change as one clipped straight line, which chains fuse; ``None`` if it is of another form."""

    def values(self, array: Array) -> Array:
        """The change of a whole ``(i, j, k[, c])`` array, for steps whose :meth:`map` is ``None``."""
        raise NotImplementedError(type(self).__name__)

    def unit(self, unit: str) -> str:
        """The unit after this step."""
        return unit

    def undo(self, grid: Grid) -> Step | None:  # noqa: ARG002 - values do not depend on the grid
        """The straight line back; ``None`` where values were clipped or bent."""
        from scan2train.steps.linear import Linear

        change = self.map()
        back = None if change is None else change.inverse()
        return None if back is None else Linear(scale=back.scale, shift=back.shift)


class WholeStep(Step):
    """A step that must see the whole volume: its voxels depend on one another, or content moves within the grid.

    Nothing is folded across it: what is pending is carried out before, and what follows starts from what it made.
    """

    @property
    def averages(self) -> bool:
        """Whether each value it makes is a mean, or one, of values that were there: none exceeds what none exceeded."""
        return False

    @abstractmethod
    def apply(self, volume: Volume) -> Volume:
        """The volume after this step, on ``self.grid(volume.grid)``. Labels come here, too, and stay labels."""

    def undo(self, grid: Grid) -> Step | None:  # noqa: ARG002 - what is lost is lost
        """Nothing leads back, unless a step says otherwise."""
        return None


class ImageStep(WholeStep):
    """A whole step that changes the values of an image where they stand: filters. Labels pass through untouched.

    What was padding stays so, and holds :meth:`padding`; no padded value may be looked at.
    """

    @abstractmethod
    def image(self, volume: Volume) -> Array:
        """The new values, ``(i, j, k)``, of a volume of one channel; what stands in padded voxels does not matter."""

    def unit(self, unit: str) -> str:
        """The unit after this step."""
        return unit

    def padding(self, fill: float) -> float:
        """What stands where there is no data, given what stood there before."""
        return fill

    def channels(self, volume: Volume) -> Array:
        """The new values, ``(i, j, k, c)``, of a volume of several channels: each by itself."""
        made = [self.image(volume.replace(array=volume.array[..., c])) for c in range(volume.array.shape[3])]
        together: Array = np.stack([one.T for one in made]).T
        return together

    def apply(self, volume: Volume) -> Volume:
        """The volume filtered; the mask of real data stays as it is."""
        from scan2train.recipe.fill import fill_value
        from scan2train.volume import Labels

        if isinstance(volume, Labels):
            return volume
        array = self.image(volume) if volume.array.ndim == 3 else self.channels(volume)
        fill = self.padding(fill_value(volume))
        if volume.valid is not None:
            array = np.where(volume.valid.T if array.ndim == 3 else volume.valid.T[None], array.T, fill).T
            array = array.astype(np.float64 if array.dtype == np.float64 else np.float32, copy=False)
        meta = {**volume.meta, "fill": fill}
        return volume.replace(array=array, unit=self.unit(volume.unit), meta=meta)


class Choice(Instruction):
    """Something that depends on data or chance; :meth:`become` decides, and the account keeps what was decided."""

    #: Whether it is about values alone: the grid after it is then the grid before it, and known without voxels.
    leaves_grid: ClassVar[bool] = False

    def grid_at_most(self, grid: Grid) -> Grid:
        """The largest grid that it can make of ``grid``, whatever the data: that very grid, as of every crop."""
        return grid

    @property
    def decided(self) -> bool:
        """Never: that is what makes it a choice."""
        return False
