"""Pictures of volumes, drawn without a screen: three planes, and before and after."""

from __future__ import annotations

from scan2train.figures.before_after import before_after
from scan2train.figures.three_planes import three_planes

__all__ = ["before_after", "three_planes"]
