"""How much memory a U-Net needs, counted in voxels of its feature maps."""

from __future__ import annotations

import math

from scan2train.cohort.planning.topology import Topology

#: Convolutions of each level, on the way down and on the way up.
CONVOLUTIONS = 2


def feature_map_voxels(of: Topology, features: tuple[int, ...], classes: int) -> int:
    """Voxels of all feature maps that one patch leaves, of every convolution, up-convolution and the output.

    Training holds all of them, and little else of that size, so that memory grows as they do (nnU-Net v2,
    ``compute_conv_feature_map_size``).
    """
    size = list(of.patch)
    voxels, levels = 0, []
    for stride, channels in zip(of.strides, features, strict=True):
        size = [n // by for n, by in zip(size, stride, strict=True)]
        levels.append(math.prod(size) * channels)
        voxels += CONVOLUTIONS * levels[-1]
    # Up again: each level but the coarsest has an up-convolution and as many convolutions.
    voxels += sum((CONVOLUTIONS + 1) * level for level in levels[:-1])
    return voxels + (math.prod(of.patch) * classes if len(levels) > 1 else 0)
