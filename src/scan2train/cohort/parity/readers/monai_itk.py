"""MONAI with its ``ITKReader`` named."""

from __future__ import annotations

from pathlib import Path

from scan2train.cohort.parity.given import Given
from scan2train.cohort.parity.readers.monai import read_with


def read(path: Path, series_uid: str) -> Given:
    """A folder or file."""
    return read_with(path, series_uid, "ITKReader")
