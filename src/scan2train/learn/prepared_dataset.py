"""A prepared set as a data set of PyTorch: whole volumes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from scan2train.errors import WrongUse
from scan2train.learn.cases_of_split import cases_of_split
from scan2train.learn.draw_seed import Draw, draw_seed
from scan2train.learn.items import Item, item_of
from scan2train.learn.metadata import Metadata
from scan2train.learn.opened_parts import OpenedParts
from scan2train.learn.stored_case import StoredCase
from scan2train.paths import path_given
from scan2train.recipe import Recipe
from scan2train.volume import Labels, Volume


class PreparedDataset(torch.utils.data.Dataset[Item]):
    """Whole volumes of a prepared set, one item a case.

    Parameters
    ----------
    out
        A folder that :func:`scan2train.prepare` wrote, whatever its store and layout.
    split, fold
        ``"train"``, ``"val"`` or ``"test"`` of the set's ``split.json``, and which fold of it, from 0: the first if not
        given. Without that file, of the split that the set was prepared with, which has one fold alone: none is given
        then. All cases if there is no ``split``.
    cases
        Names of the cases to take, instead of a split.
    recipe
        What is done to each item: a recipe, its file or the name of a preset; steps such as ``random_flip`` augment.
    seed
        Of what is left to chance. What is drawn for an item depends on this seed, the epoch, the case and the step, and
        on nothing else: not on workers, on the order of items or on what was drawn before.
    labels
        Whether items have labels; if not given, they have where all cases do.
    metadata
        Facts that become numbers in ``item["metadata"]``, such as ``("kernel_class", "phase", "spacing_mm")``;
        :attr:`metadata_names` says what each number is.
    metadata_words
        The words of an earlier data set (its :attr:`metadata_words`), so that the numbers mean the same.

    Notes
    -----
    An item is a dictionary: ``image`` float32 ``(C, i, j, k)``; ``labels`` ``(1, i, j, k)``, the first of uint8, int32
    and int64 that holds all values of the set; ``valid`` bool, false on padding; ``affine`` float64 4×4, RAS+ mm;
    ``case``, its name.

    Raises
    ------
    WrongUse
        If there is no such split, or no case in that part of it, it validates or tests on a case that the recipe of the
        set was fitted on, or only some cases have labels and it is not said what to do.
    """

    def __init__(
        self,
        out: str | os.PathLike[str],
        split: str | None = None,
        fold: int | None = None,
        *,
        cases: Sequence[str] | None = None,
        recipe: Recipe | str | Path | None = None,
        seed: int = 0,
        labels: bool | None = None,
        metadata: Sequence[str] = (),
        metadata_words: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        if seed < 0:
            raise WrongUse("a seed is a whole number of at least 0", found=seed)
        found = cases_of_split(path_given(out), split, fold, cases)
        self.cases = tuple(StoredCase.of(case) for case in found)
        self.recipe = recipe if recipe is None or isinstance(recipe, Recipe) else Recipe.load(recipe)
        self.seed = seed
        self.labels = _with_labels(self.cases, labels)
        self._metadata = Metadata(metadata, self.cases, metadata_words)
        self._kind = _kind_for([value for case in self.cases for value in case.values])
        self._parts = OpenedParts()
        # Shared with workers that live on from one epoch to the next.
        self._epoch = torch.zeros(1, dtype=torch.int64)
        self._epoch.share_memory_()  # type: ignore[no-untyped-call]

    @property
    def metadata_names(self) -> tuple[str, ...]:
        """What each number of ``item["metadata"]`` is."""
        return self._metadata.names

    @property
    def metadata_words(self) -> Mapping[str, tuple[str, ...]]:
        """The words of each fact that is one, in the order of their numbers."""
        return self._metadata.words

    @property
    def epoch(self) -> int:
        """The epoch whose draws are made where a loader does not say which."""
        return int(self._epoch[0])

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch it is, workers included; :func:`scan2train.learn.loader` does so by itself."""
        self._epoch[0] = epoch

    def __len__(self) -> int:
        return len(self.cases)

    def __getitem__(self, index: int | Draw) -> Item:
        epoch, at = self._draw(index)
        case = self.cases[at]
        volume, labels = case.whole(self._parts, labels=self.labels)
        return self._item(case, volume, labels, draw_seed(self.seed, epoch, case.name, 0))

    def _draw(self, index: int | Draw) -> Draw:
        epoch, at = index if isinstance(index, tuple) else (self.epoch, index)
        if not -len(self) <= at < len(self):
            raise IndexError(f"item {at} of {len(self)}")
        return Draw(epoch, at % len(self))

    def _item(self, case: StoredCase, volume: Volume, labels: Labels | None, seed: int) -> Item:
        if self.recipe is not None and labels is not None:
            volume, labels, _ = self.recipe.run_pair(volume, labels, seed)
        elif self.recipe is not None:
            volume, _ = self.recipe.run(volume, seed)
        item = item_of(volume, labels, kind=self._kind) | {"case": case.name}
        return item | {"metadata": self._metadata.of(case)} if self._metadata.wanted else item


def _kind_for(values: Sequence[int]) -> type[np.integer[Any]]:
    least, most = min(values, default=0), max(values, default=0)
    for kind in (np.uint8, np.int32):
        if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max:
            return kind
    return np.int64


def _with_labels(cases: Sequence[StoredCase], asked: bool | None) -> bool:
    without = [case.name for case in cases if case.labels is None]
    if asked is False or (asked is None and len(without) == len(cases)):
        return False
    if without:
        raise WrongUse(
            "not all cases have labels",
            expected=f"labels of {len(cases)} cases",
            found=f"{len(without)} without: {', '.join(without[:3])}",
            advice="Say labels=False to go without, or name the cases that have them.",
        )
    return True
