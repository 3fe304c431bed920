"""A small hospital of its own making: four vendors, six kinds of scans, and a fault of nearly every kind."""

from __future__ import annotations

from scan2train.demo.hospital.clean import SCANS
from scan2train.demo.hospital.entry import Entry
from scan2train.demo.hospital.write import OF_THE_WHOLE, entries, planted, write_hospital

__all__ = ["OF_THE_WHOLE", "SCANS", "Entry", "entries", "planted", "write_hospital"]
