"""Rules about which images belong together."""
