"""Volumes made from formulas: a chest CT, a head MR, and fields whose values tell where they are."""

from __future__ import annotations

from scan2train.testing.phantoms.brain import brain_mr
from scan2train.testing.phantoms.chest import chest_ct
from scan2train.testing.phantoms.fields import analytic, position_encoding

__all__ = ["analytic", "brain_mr", "chest_ct", "position_encoding"]
