"""Surfaces of masks and images as triangles in the world."""
