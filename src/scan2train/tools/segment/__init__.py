"""Masks found without training: what they share, whatever is segmented."""
