"""Rules about masks and their images."""
