"""Compiled loops over plain arrays. They know numpy and numba, and nothing of this package's own types."""
