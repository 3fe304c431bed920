"""The two lungs of a chest CT, found by their air."""

from scan2train.tools.lungs.options import LungOptions
from scan2train.tools.lungs.segment import segment_lungs

__all__ = ["LungOptions", "segment_lungs"]
