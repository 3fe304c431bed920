"""The parts of ``split``: who belongs together, what is to be balanced, and how."""
