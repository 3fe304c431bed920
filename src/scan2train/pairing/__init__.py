"""Which mask belongs to which image, told from the volumes table alone."""

from scan2train.pairing.masks_of import masks_of
from scan2train.pairing.pairs import pairs

__all__ = ["masks_of", "pairs"]
