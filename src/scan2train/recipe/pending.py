"""The lazy side of a recipe: what is still to be done to a volume, folded together until it must be done.

Spatial steps are folded into one target grid and values steps into one :class:`ValueMap`; both are carried out in
a single pass over the voxels. Where folding would change the result the chain is cut, and always at the same places:
at a step that looks at values, bends them or must see the whole volume; before an interpolation of what was clipped,
cropped, padded, or brought to a coarser grid; and where space is added again after some was cut away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from scan2train.grid import Grid
from scan2train.recipe.fill import fill_value
from scan2train.recipe.step import ImageStep, SpatialStep, Step, ValueStep, WholeStep
from scan2train.sampling import Sampling, ValueMap, sample, sample_labels, transform_values
from scan2train.sampling.alignment import align, covers, index_map
from scan2train.volume import Labels, Volume


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A volume, and what has been asked for since it was last made.

    ``placed`` says that nothing was asked for but to stand on another grid: what comes next then starts from the source
    itself. ``held`` are the two values that no real value of the source can exceed, where a clip before it fixed them.
    """

    source: Volume
    grid: Grid
    sampling: Sampling = Sampling()
    change: ValueMap = ValueMap()
    unit: str
    placed: bool = False
    held: tuple[float, float] | None = None

    @classmethod
    def start(cls, volume: Volume) -> Self:
        """Nothing to be done yet."""
        return cls(source=volume, grid=volume.grid, unit=volume.unit)

    def on(self, grid: Grid) -> Self:
        """The same volume asked for on another grid."""
        return replace(self, grid=grid, placed=grid != self.grid)

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The two values that no real value can exceed after all this, where a clip fixed them."""
        if (
            self.held is None or self.sampling.interpolation == "cubic"
        ):  # a cubic swings beyond what it goes through
            return self.change.bounds
        ends = self.change(self.held[0]), self.change(self.held[1])
        return min(ends), max(ends)

    def then(self, step: Step) -> Pending:
        """One step more."""
        if isinstance(step, SpatialStep):
            return self._then_spatial(step)
        if isinstance(self.source, Labels) and isinstance(step, (ValueStep, ImageStep)):
            return self
        if isinstance(step, ValueStep):
            return self._then_values(step)
        if isinstance(step, WholeStep):
            made = Pending.start(step.apply(self.realize()))
            return replace(made, held=self.bounds if step.averages else None)
        raise TypeError(f"{type(step).__name__} is no kind of step that can be carried out")

    def _then_spatial(self, step: SpatialStep) -> Pending:
        grid = step.grid(self.grid)
        now = self._cut() if self._must_cut_before(grid) else self
        moved = align(now.grid, grid)
        placed = now.placed and moved is not None and moved.exact
        return replace(now, grid=grid, sampling=now.sampling.then(step.sampling), placed=placed)

    def _must_cut_before(self, grid: Grid) -> bool:
        """Whether going on to ``grid`` in one pass would give something else than one step after the other."""
        hides = not covers(self.grid, self.source.grid)
        if hides and not covers(self.grid, grid):
            return True  # space that was cut away comes back as padding, not as what was cut
        moved = align(self.grid, grid)
        if self.placed or (moved is not None and moved.exact):
            return False
        if self.change.low > -np.inf or self.change.high < np.inf:
            return True  # what was clipped is then interpolated, not the other way round
        if self.grid == self.source.grid:
            return False
        adds = not covers(self.source.grid, self.grid)
        return (
            hides or adds or self.sampling.interpolation == "nearest" or _coarser(self.source.grid, self.grid)
        )

    def _then_values(self, step: ValueStep) -> Pending:
        change = step.map()
        now = self._cut() if step.looks or change is None else self
        now = replace(now, unit=step.unit(now.unit))
        if change is not None and change.is_identity and now.change.is_identity:
            # Another name for the same values: what stands beside them as padding follows the name.
            now = replace(now, source=now.source.replace(unit=now.unit))
        if change is not None:
            return replace(now, change=now.change.then(change))
        meta = {**now.source.meta, "fill": float(step.values(np.array([[[fill_value(now.source)]]])).item())}
        return replace(
            now,
            source=now.source.replace(array=step.values(now.source.array), unit=now.unit, meta=meta),
            held=None,
        )

    def _cut(self) -> Pending:
        """The same, with what is pending carried out."""
        return self.carried_out(self.realize())

    def carried_out(self, made: Volume) -> Pending:
        """The same with nothing pending, given what :meth:`realize` makes of it."""
        return replace(Pending.start(made), held=self.bounds)

    def realize(self) -> Volume:
        """Carry out all that is pending, in one pass; the source itself where nothing is."""
        source = self.source
        if isinstance(source, Labels):
            return source if self.grid == source.grid else sample_labels(source, self.grid, self.sampling)
        if self.grid == source.grid:
            done = source if self.change.is_identity else transform_values(source, self.change)
        else:
            done = sample(source, self.grid, self.sampling, self.change, fill=fill_value(source))
        if self.change.is_identity:
            return done.replace(unit=self.unit) if done.unit != self.unit else done
        meta = {**done.meta, "fill": self.change(fill_value(source))}
        return done.replace(unit=self.unit, meta=meta)


def _coarser(source: Grid, target: Grid) -> bool:
    """Whether ``target`` holds less detail than ``source`` along any of its axes."""
    return bool(np.linalg.norm(index_map(source, target)[:3, :3], axis=1).max() > 1 + 1e-6)
