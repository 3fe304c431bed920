"""A prepared set as a data set of PyTorch: patches, balanced by label, read without the rest of the volume."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from scan2train.errors import WrongUse
from scan2train.learn.draw_seed import Draw, draw_seed
from scan2train.learn.items import Item
from scan2train.learn.opened_parts import OpenedParts
from scan2train.learn.prepared_dataset import PreparedDataset
from scan2train.learn.stored_case import StoredCase
from scan2train.measures.label_places import label_places
from scan2train.recipe import Recipe
from scan2train.steps.pad_or_crop import PadOrCrop
from scan2train.steps.random_crop import start_anywhere, start_around
from scan2train.volume import Array

#: Sets the stream of numbers that say where a patch lies apart from those of the recipe's steps.
_WHERE = 1 << 32


class PatchDataset(PreparedDataset):
    """Patches of a prepared set.

    Parameters
    ----------
    out, split, fold, cases, recipe, seed, labels, metadata, metadata_words
        As for :class:`PreparedDataset`; the recipe runs on each patch.
    shape
        Voxels of a patch along i, j and k. A volume that is shorter stands in the middle, and the rest is padding.
    per_volume
        Patches of each volume in an epoch.
    per_epoch
        Patches of an epoch in all, instead; volumes take turns, in an order drawn for each epoch.
    foreground
        The share of patches that are laid around a voxel of the labels, by chance: a class is drawn, each that the case
        has as likely as the others, and then one of its voxels. A third is nnU-Net's. The others lie anywhere.
    classes
        The values to draw from, of which the cases must have one; all but 0 if none are given.
    margin
        Voxels that are read around a patch on each side before the recipe runs, and cut off after it: what a turned
        patch shows in its corners is then the scan and not padding.

    Notes
    -----
    From the stores ``b2nd``, ``zarr`` and ``npy`` no more is read than lies around the patch; ``nifti`` must be read
    whole, which a warning says. A worker keeps files open. Where the voxels of each class lie is looked up once for
    each case and worker, when its first patch is balanced.
    """

    def __init__(
        self,
        out: str | os.PathLike[str],
        split: str | None = None,
        fold: int | None = None,
        *,
        shape: Sequence[int],
        per_volume: int = 1,
        per_epoch: int | None = None,
        foreground: float = 0.33,
        classes: Sequence[int] = (),
        margin: int = 0,
        cases: Sequence[str] | None = None,
        recipe: Recipe | str | Path | None = None,
        seed: int = 0,
        labels: bool | None = None,
        metadata: Sequence[str] = (),
        metadata_words: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(
            out,
            split,
            fold,
            cases=cases,
            recipe=recipe,
            seed=seed,
            labels=labels,
            metadata=metadata,
            metadata_words=metadata_words,
        )
        if len(shape) != 3 or min(shape) < 1 or margin < 0 or per_volume < 1 or (per_epoch or 1) < 1:
            raise WrongUse(
                "a patch has three sizes of at least 1, a margin of at least 0, and there is at least one",
                found=f"shape={shape}, margin={margin}, per_volume={per_volume}, per_epoch={per_epoch}",
            )
        if not 0 <= foreground <= 1:
            raise WrongUse("foreground", expected="a probability, 0 to 1", found=foreground)
        known = {value for case in self.cases for value in case.values}
        if classes and known.isdisjoint(classes):
            raise WrongUse(
                "no case has any of the classes in its labels",
                expected=f"some of {sorted(known)}" if known else "cases with labels",
                found=tuple(classes),
                advice="Leave out classes, or name values that patches can be laid around.",
            )
        self.shape = (int(shape[0]), int(shape[1]), int(shape[2]))
        self.foreground, self.classes, self.margin = foreground, tuple(classes), margin
        self._parts = OpenedParts(patches=True)
        self._drawn = per_epoch is not None
        self._length = per_epoch or per_volume * len(self.cases)
        self._places: dict[str, list[Array]] = {}
        if self.recipe is not None:
            self.recipe = replace(self.recipe, steps=(*self.recipe.steps, PadOrCrop(shape=self.shape)))
        elif margin:
            raise WrongUse("a margin without a recipe", advice="Leave it out: nothing looks at it.")

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int | Draw) -> Item:
        epoch, at = self._draw(index)
        turn, place = divmod(at, len(self.cases))
        case = self.cases[self._order(epoch, turn)[place]]
        seed = draw_seed(self.seed, epoch, case.name, turn)
        start = self._start(case, np.random.default_rng([seed, _WHERE]))
        first = tuple(a - self.margin for a in start)
        size = tuple(n + 2 * self.margin for n in self.shape)
        volume, labels = case.box(
            self._parts,
            (first[0], first[1], first[2]),
            (size[0], size[1], size[2]),
            labels=self.labels,
        )
        return self._item(case, volume, labels, seed)

    def _order(self, epoch: int, turn: int) -> Sequence[int]:
        """The volumes in turn: as they are where each has its patches, and drawn where only some may have one."""
        count = len(self.cases)
        if not self._drawn:
            return range(count)
        order: list[int] = np.random.default_rng([self.seed, epoch, turn]).permutation(count).tolist()
        return order

    def _start(self, case: StoredCase, rng: np.random.Generator) -> tuple[int, int, int]:
        size = case.grid.shape
        anywhere = start_anywhere(rng, size, self.shape)
        if not self.labels or rng.random() >= self.foreground:
            return anywhere
        places = self._places_of(case)
        if not places:
            return anywhere
        found = places[int(rng.integers(len(places)))]
        voxel = np.unravel_index(found[int(rng.integers(len(found)))], size, order="F")
        return start_around(np.stack(voxel), size, self.shape)

    def _places_of(self, case: StoredCase) -> list[Array]:
        """Of each class that the case has: where its voxels lie."""
        if case.name not in self._places:
            wanted = [value for value in self.classes or case.values if value in case.values]
            slabs = case.slabs_of_labels(self._parts) if wanted else ()
            self._places[case.name] = list(label_places(slabs, wanted).values())
        return self._places[case.name]
