"""Pictures of volumes, drawn without a screen: three planes, before and after, many slices, how values are spread."""

from __future__ import annotations

from scan2train.figures.before_after import before_after
from scan2train.figures.histogram import histogram
from scan2train.figures.montage import montage
from scan2train.figures.show import show
from scan2train.figures.three_planes import three_planes

__all__ = ["before_after", "histogram", "montage", "show", "three_planes"]
