"""A recipe on its way through one volume, and the labels that come along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe.finite import finite
from scan2train.recipe.pending import Pending
from scan2train.recipe.scene import Scene
from scan2train.recipe.step import ImageStep, ValueStep, WholeStep
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    from scan2train.recipe.step import Instruction, Step


class Running:
    """What has been done so far, and what a step would see now.

    Parameters
    ----------
    volume, labels
        What the recipe is carried out on; labels on a grid of their own are brought onto the volume's, through world
        space. Values that are not finite count as padding.
    seed
        Of what is drawn.
    """

    def __init__(self, volume: Volume, labels: Labels | None, seed: int) -> None:
        if not isinstance(volume, Volume):
            raise WrongUse(
                "a recipe runs on a Volume",
                found=type(volume).__name__,
                advice="Make one of an array and its geometry with Volume.from_array.",
            )
        try:
            np.random.SeedSequence(seed)
        except (TypeError, ValueError) as error:
            raise WrongUse("a seed is a whole number of at least 0", found=repr(seed)) from error
        volume = finite(volume)
        self.done: list[Step] = []
        self._volume, self._labels, self._seed = volume, labels, seed
        self._image = Pending.start(volume)
        self._moved = self._changed = self._rescaled = False
        self._mask = None if labels is None else Pending.start(labels).on(volume.grid)

    def scene(self) -> Scene:
        """The volume as the next step sees it."""
        mask = self._mask
        return Scene(
            measured=self._volume,
            grid=self._image.grid,
            unit=self._image.unit,
            bounds=self._image.bounds,
            make=self._image.realize,
            labels=self._labels,
            make_labels=None if mask is None else mask.realize,
            moved=self._moved,
            changed=self._changed,
        )

    def through(self, instructions: Sequence[Instruction]) -> None:
        """Carry out what comes next, as far as it must be carried out at all."""
        for instruction in instructions:
            # One stream of numbers for each place in the recipe: adding a step leaves the others' chance alone.
            rng = np.random.default_rng([self._seed, len(self.done)])
            scene = self.scene()
            step = instruction.become(scene, rng)
            self.done.append(step)
            # Where the chain is cut at this step anyway, and it has looked, it begins on what it saw.
            cut = isinstance(step, WholeStep) or (isinstance(step, ValueStep) and step.looks)
            image = self._image.carried_out(scene.volume) if cut and scene.was_made else self._image
            self._image = image.then(step)
            self._mask = None if self._mask is None else self._mask.then(step)
            self._moved |= isinstance(step, WholeStep) and not isinstance(step, ImageStep)
            self._changed |= _changes_values(step)
            self._rescaled |= _rescales(step)
            if self._image.unit != scene.unit and not _changes_values(step):
                self._volume = self._named_anew(scene)

    def _named_anew(self, scene: Scene) -> Volume:
        """What counts as measured once a step has said in which unit the values are, and left them as they were.

        The volume that was read is in that unit, too, unless its values were other ones; then it is what stands now.
        """
        unit = self._image.unit
        if not self._rescaled:
            return self._volume.replace(unit=unit)
        # What headers tell of the values is about those that were read.
        meta = {name: value for name, value in scene.volume.meta.items() if name != "uptake"}
        return scene.volume.replace(unit=unit, meta=meta)

    def end(self) -> tuple[Volume, Volume | None]:
        """The volume and the labels that have been made."""
        return self._image.realize(), None if self._mask is None else self._mask.realize()


def _changes_values(step: Step) -> bool:
    if isinstance(step, ValueStep):
        change = step.map()
        return change is None or not change.is_identity
    return isinstance(step, ImageStep) and not step.averages


def _rescales(step: Step) -> bool:
    """Whether values within no bound are other ones after it: all that changes values but a clip."""
    if isinstance(step, ValueStep):
        change = step.map()
        return change is None or (change.scale, change.shift) != (1, 0)
    return _changes_values(step)
