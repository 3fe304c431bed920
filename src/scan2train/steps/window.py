"""A display window, as DICOM defines it, made into values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.knowledge.windows import CT_WINDOWS
from scan2train.recipe import ValueMap, ValueStep
from scan2train.volume import Array


@dataclass(frozen=True, kw_only=True)
class Window(ValueStep):
    """The window of ``center`` and ``width`` in the volume's unit, to the range ``to``.

    ``preset`` stands for a radiologist's window of a CT in HU: lung −600/1500, soft-tissue 40/400, bone 400/1800, brain
    40/80, liver 60/160 (centre/width).

    ``LINEAR``, ``LINEAR_EXACT`` and ``SIGMOID`` follow PS3.3 C.11.2.1.2.1, C.11.2.1.3.2 and C.11.2.1.3.1; a table, as
    in VOI LUT Sequence, is ``voi_lut``.
    """

    center: float | None = None
    width: float | None = None
    preset: Literal["lung", "soft-tissue", "bone", "brain", "liver"] | None = None
    function: Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"] = "LINEAR"
    to: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if (self.center is None) != (self.width is None) or (self.center is None and self.preset is None):
            raise WrongUse("window", expected="center and width, or a preset", found=self)
        if self.center is None and self.preset is not None:
            # The account holds the numbers, whatever the name may come to mean.
            center, width = CT_WINDOWS[self.preset]
            object.__setattr__(self, "center", center)
            object.__setattr__(self, "width", width)
        _, width = self._numbers
        least = 1 if self.function == "LINEAR" else 0
        if not (width > least or (width == least == 1)) or self.to[0] >= self.to[1]:
            raise WrongUse(
                f"window: {self.function}",
                expected="width ≥ 1 (LINEAR) or > 0, and a rising range",
                found=self,
            )

    @property
    def _numbers(self) -> tuple[float, float]:
        assert self.center is not None
        assert self.width is not None
        return self.center, self.width

    def map(self) -> ValueMap | None:
        """The two linear functions as one clipped line."""
        low, high = self.to
        center, width = self._numbers
        if self.function == "SIGMOID" or (width == 1 and self.function == "LINEAR"):
            return None
        # LINEAR counts the window's values as whole steps: half a step less to the left, one step less in width.
        if self.function == "LINEAR":
            center, width = center - 0.5, width - 1
        line = ValueMap.linear((center - width / 2, center + width / 2), self.to)
        return line.then(ValueMap.clip(low, high))

    def values(self, array: Array) -> Array:
        """The sigmoid, or the threshold that a LINEAR window of width 1 is."""
        low, high = self.to
        center, width = self._numbers
        x = array.astype(np.float32)
        if self.function == "SIGMOID":
            # 1 / (1 + exp(-2z)) without an exponential that overflows far from the window.
            made = (high - low) / 2 * (1 + np.tanh(2 * (x - center) / width)) + low
        else:
            made = np.where(x > center - 0.5, high, low)
        result: Array = made.astype(np.float32)
        return result

    @property
    def needs_hu(self) -> bool:
        """With a preset: these are windows of a CT."""
        return self.preset is not None

    def unit(self, unit: str) -> str:
        """Arbitrary units; refuses a preset on what is not in HU."""
        if self.preset is not None and unit != "HU":
            raise WrongUse(
                f"window: the preset {self.preset} is one of a CT in HU",
                expected="HU",
                found=unit,
                advice='Give center and width for other images. If these are Hounsfield units, say so: do = "take_as", '
                'measured_in = "HU".',
            )
        return "a.u."
