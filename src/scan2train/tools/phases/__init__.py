"""Contrast, cardiac and respiratory phases, told from headers and pictures, in a table that a person can correct."""
