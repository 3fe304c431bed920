"""The display window that a DICOM header names, made into values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import Choice, Scene
from scan2train.steps.window import Window


@dataclass(frozen=True, kw_only=True)
class WindowOfHeader(Choice):
    """The first window of the volume's header (Window Center, Window Width, VOI LUT Function), to the range ``to``.

    It is one of measured values, and so must stand before steps that change values. A window that differs from slice to
    slice is none of the volume's. Where the header has none, ``otherwise`` names the preset of ``window`` to take; if
    that is not given, the volume is refused. A network sees the technician's choice with this: the rules PIX010 and
    PIX011 tell where windows are missing or differ.
    """

    otherwise: Literal["lung", "soft-tissue", "bone", "brain", "liver"] | None = None
    to: tuple[float, float] = (0.0, 1.0)

    def become(self, scene: Scene, rng: np.random.Generator) -> Window:  # noqa: ARG002 - nothing is left to chance
        """The window, in numbers."""
        found = scene.measured.meta.get("window")
        if scene.changed:
            raise WrongUse(
                "window_of_header is a window of measured values, and these have been changed",
                expected="values as they were read",
                found=f"values in {scene.unit} after steps such as clip or linear",
                advice="Put it before steps that change values.",
            )
        if found is not None:
            return Window(to=self.to, **found)
        if self.otherwise is not None:
            return Window(preset=self.otherwise, to=self.to)
        raise WrongUse(
            "the header names no window that holds for the whole volume",
            advice="Say what is to be taken then (otherwise), or use window with numbers of your own.",
            code="PIX010",
        )
