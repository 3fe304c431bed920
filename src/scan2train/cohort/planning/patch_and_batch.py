"""The patch that fits into a budget of memory, and how many of them make a batch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scan2train.cohort.planning.feature_maps import feature_map_voxels
from scan2train.cohort.planning.topology import Topology, topology

#: Features of the finest level.
FIRST_FEATURES = 32
#: Least number of patches in a batch, and the share of a data set's voxels that a batch may hold.
LEAST_BATCH, MOST_OF_SET = 2, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A network that is known to train in ``gigabytes``: its feature-map voxels a patch, and its batch.

    ``voxels_of_patch`` is the size of a patch before it is fitted, ``most_features`` where doubling ends.
    """

    voxels: float
    batch: int
    voxels_of_patch: int
    most_features: int
    gigabytes: float = 8.0


#: nnU-Net v2's, for volumes and for pictures.
REFERENCES = {
    3: Reference(voxels=560e6, batch=2, voxels_of_patch=256**3, most_features=320),
    2: Reference(voxels=85e6, batch=12, voxels_of_patch=2048**2, most_features=512),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What fits: the network's levels with their patch, features of each level, feature-map voxels, batch.

    ``memory_batch`` and ``set_batch`` are what memory and the 5 % of the set would allow; ``shrunk`` tells whether the
    patch had to be made smaller than the median case for memory.
    """

    topology: Topology
    features: tuple[int, ...]
    voxels: int
    batch: int
    memory_batch: int
    set_batch: int
    shrunk: bool


def fit(
    spacing: Sequence[float], median: Sequence[float], *, cases: int, classes: int, memory_gb: float
) -> Fitted:
    """Fit patch and batch by nnU-Net's rule (``get_plans_for_configuration``).

    The patch begins as a cube in mm of 256³ voxels (2048² for pictures), cut to the median case. While a batch of two
    does not fit, the axis that covers most of the median case gives way by one step.

    Parameters
    ----------
    spacing, median
        mm and voxels of the median case along each axis, two or three; of equal axes the last gives way first.
    cases, classes
        Cases in the set, and output channels of the network, background included.
    memory_gb
        Of the GPU, in GB.
    """
    known = REFERENCES[len(spacing)]
    budget = known.voxels * memory_gb / known.gigabytes
    inverse = [1 / mm for mm in spacing]
    scale = (known.voxels_of_patch / math.prod(inverse)) ** (1 / len(spacing))
    first = [min(round(n * scale), whole) for n, whole in zip(inverse, median, strict=True)]
    found = topology(spacing, first)
    shrunk = False
    while True:
        features = tuple(min(known.most_features, FIRST_FEATURES * 2**n) for n in range(len(found.strides)))
        voxels = feature_map_voxels(found, features, classes)
        if voxels / known.batch * 2 <= budget:
            break
        smaller = _smaller(found, spacing, median)
        if min(smaller) < 1:
            break  # nothing smaller is left: the least batch of the least patch is what there is
        found, shrunk = topology(spacing, smaller), True
    by_memory = round(budget / voxels * known.batch)
    by_set = round(math.prod(median) * cases * MOST_OF_SET / math.prod(found.patch))
    return Fitted(
        topology=found,
        features=features,
        voxels=voxels,
        batch=max(min(by_memory, by_set), LEAST_BATCH),
        memory_batch=by_memory,
        set_batch=by_set,
        shrunk=shrunk,
    )


def _smaller(found: Topology, spacing: Sequence[float], median: Sequence[float]) -> list[int]:
    """The patch less one step along the axis that is longest against the median case."""
    # numpy's order of equals is nnU-Net's.
    axis = int(np.argsort([n / whole for n, whole in zip(found.patch, median, strict=True)])[-1])
    tried = list(found.patch)
    tried[axis] -= found.divisor[axis]
    # A patch that is shorter is halved less often, and so may be cut by a smaller step.
    step = topology(spacing, tried).divisor[axis]
    patch = list(found.patch)
    patch[axis] -= step
    return patch
