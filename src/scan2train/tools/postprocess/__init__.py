"""Masks cleaned after a network has predicted them, by rules."""
