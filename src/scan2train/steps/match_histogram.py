"""Bring the histogram onto that of a reference, by landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.foreground import foreground_values
from scan2train.recipe import Scene, Step, ValueStep
from scan2train.volume import Array


@dataclass(frozen=True, kw_only=True)
class MatchHistogram(ValueStep):
    """A line of straight pieces that takes this volume's percentiles to the ``reference``'s (Nyúl & Udupa 1999).

    ``percents`` are the landmarks (0 to 100, growing), ``reference`` the values that the reference has there; both
    stand in the recipe, so that it replays without the reference. ``scan2train harmonize histogram --to REFERENCE``
    prints them. The volume's own values, ``own``, are measured ``over`` its foreground (by Otsu's threshold) or all
    real voxels. Beyond the first and last landmark the outer pieces go on.

    For images without a scale of their own, such as MR. HU are a scale already.
    """

    looks: ClassVar[bool] = True

    percents: tuple[float, ...]
    reference: tuple[float, ...]
    over: Literal["foreground", "volume"] = "foreground"
    own: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        percents = np.array(self.percents)
        if percents.size < 2 or not (np.diff(percents) > 0).all() or percents[0] < 0 or percents[-1] > 100:
            raise WrongUse(
                "match_histogram: percents",
                expected="two or more, growing from 0 to 100",
                found=self.percents,
            )
        for name, values in (("reference", self.reference), ("own", self.own)):
            if values is not None and (len(values) != percents.size or not (np.diff(values) >= 0).all()):
                raise WrongUse(
                    f"match_histogram: {name}",
                    expected=f"{percents.size} values that never fall, one for each of percents",
                    found=values,
                )

    @property
    def decided(self) -> bool:
        """Whether the volume's own landmarks are known."""
        return self.own is not None

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """With ``own`` filled in."""
        if self.decided:
            return self
        values = foreground_values(scene.volume, whole=self.over == "volume")
        own = tuple(float(value) for value in np.percentile(values, self.percents))
        if own[0] == own[-1]:
            raise WrongUse("match_histogram: all landmarks of this volume have one value", found=own[0])
        return MatchHistogram(percents=self.percents, reference=self.reference, over=self.over, own=own)

    def map(self) -> None:
        """None: it bends."""

    def values(self, array: Array) -> Array:
        """Every value along the pieces, in float32 (float64 of float64)."""
        if self.own is None:
            raise WrongUse("match_histogram has no landmarks yet", advice="Run it in a recipe, or give own.")
        # Landmarks that fall on one value become one, in the middle of where they lead.
        own, which = np.unique(self.own, return_inverse=True)
        goal = np.bincount(which, self.reference) / np.bincount(which)
        slopes = np.diff(goal) / np.diff(own)
        kind = np.float64 if array.dtype == np.float64 else np.float32
        made = np.empty(array.T.shape, dtype=kind)
        for into, plane in zip(made, array.T, strict=True):
            wide = plane.astype(np.float64)
            mapped = np.interp(wide, own, goal)
            mapped += np.minimum(wide - own[0], 0) * slopes[0] + np.maximum(wide - own[-1], 0) * slopes[-1]
            into[...] = mapped
        bent: Array = made.T
        return bent

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """Arbitrary units."""
        return "a.u."
