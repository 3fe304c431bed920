"""A display window, as DICOM defines it, made into values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import ValueMap, ValueStep
from scan2train.volume import Array


@dataclass(frozen=True, kw_only=True)
class Window(ValueStep):
    """The window of ``center`` and ``width`` in the volume's unit, to the range ``to``.

    ``LINEAR``, ``LINEAR_EXACT`` and ``SIGMOID`` follow PS3.3 C.11.2.1.2.1, C.11.2.1.3.2 and C.11.2.1.3.1.
    """

    center: float
    width: float
    function: Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"] = "LINEAR"
    to: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        least = 1 if self.function == "LINEAR" else 0
        if not (self.width > least or (self.width == least == 1)) or self.to[0] >= self.to[1]:
            raise WrongUse(
                f"window: {self.function}",
                expected="width ≥ 1 (LINEAR) or > 0, and a rising range",
                found=self,
            )

    def map(self) -> ValueMap | None:
        """The two linear functions as one clipped line."""
        low, high = self.to
        if self.function == "SIGMOID" or (self.width == 1 and self.function == "LINEAR"):
            return None
        # LINEAR counts the window's values as whole steps: half a step less to the left, one step less in width.
        exact = self.function == "LINEAR_EXACT"
        center, width = (self.center, self.width) if exact else (self.center - 0.5, self.width - 1)
        line = ValueMap.linear((center - width / 2, center + width / 2), self.to)
        return line.then(ValueMap.clip(low, high))

    def values(self, array: Array) -> Array:
        """The sigmoid, or the threshold that a LINEAR window of width 1 is."""
        low, high = self.to
        x = array.astype(np.float32)
        if self.function == "SIGMOID":
            made = (high - low) / (1 + np.exp(-4 * (x - self.center) / self.width)) + low
        else:
            made = np.where(x > self.center - 0.5, high, low)
        result: Array = made.astype(np.float32)
        return result

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """Arbitrary units."""
        return "a.u."
