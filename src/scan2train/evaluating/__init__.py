"""The parts of ``evaluate``: what is measured, of which case, and how it is summed up and told."""
