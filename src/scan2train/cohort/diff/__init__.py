"""What differs between two prepared sets, or two images: cases, steps, sources, grids, and voxels in world space."""

from scan2train.cohort.diff.run import Diff, diff

__all__ = ["Diff", "diff"]
