"""Rules about where voxels are."""
