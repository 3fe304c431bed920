"""An image and the mask that belongs to it, by their rows of the volumes table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """``image`` and ``labels`` are rows of the volumes table; ``how`` names the layout that brought them together."""

    image: Mapping[str, Any]
    labels: Mapping[str, Any]
    how: str
