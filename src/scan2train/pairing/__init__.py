"""Which mask belongs to which image, told from the volumes table alone."""

from scan2train.pairing.pairs import pairs

__all__ = ["pairs"]
