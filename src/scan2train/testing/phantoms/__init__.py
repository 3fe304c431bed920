"""Volumes made from formulas: a chest and an abdomen CT, a head MR, and fields whose values tell where they are."""

from __future__ import annotations

from scan2train.testing.phantoms.abdomen import abdomen_ct
from scan2train.testing.phantoms.brain import brain_mr
from scan2train.testing.phantoms.chest import chest_ct
from scan2train.testing.phantoms.chest_lungs import chest_lungs
from scan2train.testing.phantoms.fields import analytic, position_encoding
from scan2train.testing.phantoms.film import chest_film
from scan2train.testing.phantoms.mammogram import mammogram
from scan2train.testing.phantoms.pet import chest_pet

__all__ = [
    "abdomen_ct",
    "analytic",
    "brain_mr",
    "chest_ct",
    "chest_film",
    "chest_lungs",
    "chest_pet",
    "mammogram",
    "position_encoding",
]
