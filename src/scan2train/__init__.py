"""scan2train: from a pile of medical scans to training-ready volumes that can be trusted."""
from scan2train._version import __version__
