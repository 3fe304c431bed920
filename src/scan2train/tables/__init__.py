"""Every column of every table, declared once: name, type, unit, DICOM tag, meaning."""

from scan2train.tables.cases import CASES
from scan2train.tables.column import Column, Table
from scan2train.tables.frames import FRAMES
from scan2train.tables.instances import INSTANCES
from scan2train.tables.pairs import PAIRS
from scan2train.tables.phases import PHASES
from scan2train.tables.plans import PLANS
from scan2train.tables.skipped import SKIPPED
from scan2train.tables.splits import SPLITS
from scan2train.tables.volumes import VOLUMES

__all__ = [
    "CASES",
    "FRAMES",
    "INSTANCES",
    "PAIRS",
    "PHASES",
    "PLANS",
    "SKIPPED",
    "SPLITS",
    "VOLUMES",
    "Column",
    "Table",
]
