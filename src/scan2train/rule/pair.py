"""An image and the mask that belongs to it, by their rows of the volumes table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """``image`` and ``labels`` are rows of the volumes table; ``how`` names the layout that brought them together.

    It is ``"reference"`` where the labels themselves name the image's series, as a DICOM segmentation does.
    """

    image: Mapping[str, Any]
    labels: Mapping[str, Any]
    how: str
