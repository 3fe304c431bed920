"""Take the mean of what looks alike nearby."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.noise import noise_sigma
from scan2train.recipe import ImageStep, Scene, Step
from scan2train.recipe.reach import in_voxels, require_one
from scan2train.sampling.filtering import for_filters
from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True)
class DenoiseNonlocal(ImageStep):
    """Non-local means (Buades et al. 2005): each voxel becomes the mean of those whose surroundings are like its own.

    Looked at are all voxels in the box of ``search_mm`` each way (``search`` in voxels), and of each the
    ``patch`` voxels each way around it. A voxel weighs ``exp(-max(d - 2 noise², 0) / (strength noise)²)``, where ``d``
    is the mean squared difference of the two surroundings, as in scikit-image.

    ``noise`` is the standard deviation of the noise; not given, it is measured in the foreground, and kept in the
    account. Padding and what lies beyond the faces is never looked at.

    It is slow: some 20 ns a voxel for each place in one half of the box; 1 µs a voxel for two voxels each way, 3 µs for
    three: half a minute for 10 million.
    """

    looks: ClassVar[bool] = True
    averages: ClassVar[bool] = True

    search_mm: float | None = None
    search: int | None = None
    patch: int = 1
    strength: float = 0.6
    noise: float | None = None

    def __post_init__(self) -> None:
        require_one(self.word(), "search", self.search_mm, self.search)
        if not self.patch >= 0 or not self.strength > 0 or not (self.noise is None or self.noise >= 0):
            raise WrongUse(self.word(), expected="patch ≥ 0, strength > 0, noise ≥ 0", found=self)

    @property
    def decided(self) -> bool:
        """Whether the noise is known."""
        return self.noise is not None

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """With ``noise`` filled in."""
        return self if self.decided else replace(self, noise=noise_sigma(scene.volume))

    def image(self, volume: Volume) -> Array:
        """One pass for each pair of places in the box."""
        from scan2train.kernels.nonlocal_means import nonlocal_means

        if self.noise is None:
            raise WrongUse(f"{self.word()} has no noise yet", advice="Run it in a recipe, or give it.")
        values, real = for_filters(volume)
        if not self.noise > 0:
            return values.T
        reach = in_voxels(volume.grid, self.word(), "search", self.search_mm, self.search)
        box = [min(round(one), size - 1) for one, size in zip(reach, volume.grid.shape, strict=True)]
        out = np.empty_like(values)
        there = np.empty((0, 0, 0), np.bool_) if real is None else real
        noise, strength = values.dtype.type(self.noise), values.dtype.type(self.strength * self.noise)
        nonlocal_means(values, there, real is not None, np.array(box[::-1]), self.patch, noise, strength, out)
        return out.T
