"""A loader of PyTorch whose batches depend on seed and epoch alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from scan2train.errors import WrongUse
from scan2train.learn.draw_seed import Draw, draw_seed
from scan2train.learn.items import Item
from scan2train.learn.prepared_dataset import PreparedDataset


class Shuffled(torch.utils.data.Sampler[Draw]):
    """The items of a data set in an order drawn for each epoch, each with its epoch.

    Every pass is the next epoch, the first one ``epoch``; :meth:`set_epoch` says which comes next. Since the epoch
    travels with each item, workers that live on, and that run ahead, draw the right numbers.
    """

    def __init__(self, dataset: PreparedDataset, *, shuffle: bool = True, epoch: int = 0) -> None:
        self.dataset, self.shuffle, self.epoch = dataset, shuffle, epoch

    def set_epoch(self, epoch: int) -> None:
        """The epoch of the next pass."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.dataset)

    def __iter__(self) -> Iterator[Draw]:
        epoch, self.epoch = self.epoch, self.epoch + 1
        count = len(self.dataset)
        rng = np.random.default_rng([self.dataset.seed, epoch])
        order = rng.permutation(count).tolist() if self.shuffle else range(count)
        return (Draw(epoch, index) for index in order)


def loader(
    dataset: PreparedDataset,
    batch_size: int = 2,
    *,
    workers: int = 0,
    shuffle: bool = True,
    epoch: int = 0,
    drop_last: bool = False,
    **more: Any,
) -> torch.utils.data.DataLoader[Item]:
    """A ``DataLoader`` that gives the same batches with any number of workers, and after a restart.

    Parameters
    ----------
    dataset
        A :class:`PreparedDataset` or :class:`PatchDataset`.
    batch_size
        Items of a batch, which must have one shape; whole volumes of different shapes need 1.
    workers
        Processes that read; 0 reads in this one. They live on between epochs.
    shuffle
        Whether the order of items is drawn for each epoch, by the data set's seed.
    epoch
        The first epoch: a training that goes on from a checkpoint of epoch 7 says ``epoch=7``.
    drop_last
        Whether a last batch that is not full is left out.
    **more
        Further arguments of ``torch.utils.data.DataLoader``, such as ``pin_memory``.

    Notes
    -----
    Each pass over the loader is the next epoch; ``loader.sampler.set_epoch(n)`` says otherwise. Python's, NumPy's and
    torch's own generators are seeded in each worker, for whatever else is drawn from them; the items do not need it.
    """
    taken = {"sampler", "batch_sampler", "worker_init_fn", "generator", "num_workers"} & more.keys()
    if taken:
        raise WrongUse(
            f"loader sets {', '.join(sorted(taken))} itself", advice="Use torch's DataLoader for that."
        )
    if workers:
        more = {"persistent_workers": True, **more}
    more = {"collate_fn": batch_of, **more}
    return torch.utils.data.DataLoader(
        dataset,
        batch_size=batch_size,
        sampler=Shuffled(dataset, shuffle=shuffle, epoch=epoch),
        num_workers=workers,
        drop_last=drop_last,
        worker_init_fn=_begin,
        generator=torch.Generator().manual_seed(draw_seed(dataset.seed, epoch, "", 0)),
        **more,
    )


def batch_of(items: list[Item]) -> Any:
    """Items of one shape stacked, as torch does it.

    Raises
    ------
    WrongUse
        If their shapes differ; names a case of each.
    """
    shapes = {tuple(item["image"].shape): item["case"] for item in items}
    if len(shapes) > 1:
        raise WrongUse(
            "the items of a batch must have one shape",
            expected="(C, i, j, k) alike",
            found=", ".join(f"{case} {shape}" for shape, case in shapes.items()),
            advice="Say batch_size=1 for whole volumes, take patches (PatchDataset), or give the data set a recipe "
            "that ends with pad_or_crop.",
        )
    return torch.utils.data.default_collate(items)


def _begin(_: int) -> None:
    """Seed a worker's own generators from torch's, which differs from worker to worker."""
    # One thread each: the workers are what runs side by side.
    torch.set_num_threads(1)
    seed = torch.initial_seed() % (1 << 32)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - for whoever draws from the old generator
