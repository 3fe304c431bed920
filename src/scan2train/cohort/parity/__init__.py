"""Where other readers return something else than what was scanned, by how many mm and units, and why."""

from scan2train.cohort.parity.row import Parity
from scan2train.cohort.parity.run import parity

__all__ = ["Parity", "parity"]
