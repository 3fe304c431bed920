"""What a segmentation gives: labels, what was measured in them, and what speaks against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from scan2train.volume import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Of one label: its volume in ml, the mean of its values in HU, and its share below −950 HU (0 to 1)."""

    label: int
    name: str
    volume_ml: float
    mean_hu: float | None
    share_below_950: float | None

    @classmethod
    def of(cls, label: int, name: str, counts: npt.ArrayLike, hu: npt.ArrayLike, voxel_volume: float) -> Self:
        """Of one label in one or several classes.

        Parameters
        ----------
        counts
            ``(2,)`` or ``(n, 2)``: voxels of each class, and those below −950 HU.
        hu
            The sums of their values.
        voxel_volume
            Of a voxel, mm³.
        """
        count, below = np.atleast_2d(counts).sum(axis=0).tolist()
        return cls(
            label=label,
            name=name,
            volume_ml=count * (voxel_volume / 1000),
            mean_hu=float(np.asarray(hu).sum()) / count if count else None,
            share_below_950=below / count if count else None,
        )

    def to_json(self) -> dict[str, object]:
        """Plain values, rounded to what they are good for."""
        return {
            "label": self.label,
            "name": self.name,
            "volume_ml": round(self.volume_ml, 2),
            "mean_hu": None if self.mean_hu is None else round(self.mean_hu, 2),
            "share_below_950": None if self.share_below_950 is None else round(self.share_below_950, 5),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a result should not be believed without a look: a word that never changes, and a sentence."""

    reason: str
    message: str

    def to_json(self) -> dict[str, str]:
        """Both, as plain text."""
        return {"reason": self.reason, "message": self.message}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Segmentation:
    """Labels on the grid of their scan, with ``names``; measures, one a label; and doubts, none where all is well."""

    labels: Labels
    measures: tuple[Measure, ...]
    doubts: tuple[Doubt, ...] = ()
