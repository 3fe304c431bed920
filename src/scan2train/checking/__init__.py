"""The parts of ``check``: which rules run, on what, and how what they say becomes one list."""
