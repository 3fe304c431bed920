"""Turn a PET's activity into standardised uptake values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import Scene, Step, ValueMap, ValueStep


@dataclass(frozen=True, kw_only=True)
class Suv(ValueStep):
    """Activity times ``factor``: uptake by body weight (``bw``), lean body mass (``lbm``) or surface (``bsa``).

    The factor follows from the headers of the series, as the how-to on PET says; the account keeps it. A volume that is
    uptake of this kind already (read with ``suv``, or stored so) is left as it is. Without millilitres and doses to go
    by, as in a NIfTI file, the step refuses; ACQ008 tells which series lack something.

    A series whose slices have factors of their own must be read with ``suv``.
    """

    kind: Literal["bw", "lbm", "bsa"] = "bw"
    factor: float | None = None

    def __post_init__(self) -> None:
        if self.factor is not None and not 0 < self.factor < np.inf:
            raise WrongUse(f"{self.word()}: factor", expected="a number above 0", found=self.factor)

    @property
    def decided(self) -> bool:
        """Whether the factor is known."""
        return self.factor is not None

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """With ``factor`` filled in."""
        if self.decided:
            return self
        if scene.unit == self.unit(""):
            return Suv(kind=self.kind, factor=1.0)
        uptake = scene.measured.meta.get("uptake") or {}
        factor = uptake.get(self.kind)
        if factor is None or scene.unit != scene.measured.unit:
            raise WrongUse(
                f"no {self.unit('')} follows from these values",
                expected="the activity of a PET, as its DICOM headers tell it",
                found=uptake.get("lacks", {}).get(self.kind) or f"{scene.unit} of {scene.measured!r}",
                advice="Put the step before what changes values; the rule ACQ008 tells what a series lacks.",
                code="ACQ008",
            )
        return Suv(kind=self.kind, factor=float(factor))

    def map(self) -> ValueMap:
        """The straight line, once the factor is known."""
        if self.factor is None:
            raise WrongUse(f"{self.word()} has no factor yet", advice="Run it in a recipe, or give it.")
        return ValueMap(scale=self.factor)

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """``SUVbw`` and the like."""
        return f"SUV{self.kind}"
