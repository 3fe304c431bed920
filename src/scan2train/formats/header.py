"""What an image file says about itself before a voxel is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from scan2train.finding import Finding
from scan2train.grid import Grid


@dataclass(frozen=True, kw_only=True)
class ImageHeader:
    """The header of an image file that is not DICOM, in the terms of this package.

    Parameters
    ----------
    format
        Format word, as :func:`scan2train.formats.sniff.sniff` gives it.
    grid
        Grid of one volume (RAS+ mm, voxel centres); a pixel grid where the file has no patient geometry.
    dtype
        Type of the stored values, byte order included.
    channels
        Values per voxel: 1, or the number of colour or vector components.
    volumes
        How many volumes the file holds.
    dimension
        What tells these volumes apart, such as ``"time"``; empty where there is only one.
    slope, intercept
        ``value = slope * stored + intercept``.
    unit
        Unit of the values; ``"a.u."`` where the file does not say.
    files
        The header's file first, then the files that hold its voxels.
    findings
        What reading the header noticed.
    fields
        The raw fields by the names of the format.
    """

    format: str
    grid: Grid
    dtype: np.dtype[Any]
    channels: int = 1
    volumes: int = 1
    dimension: str = ""
    slope: float = 1.0
    intercept: float = 0.0
    unit: str = "a.u."
    files: tuple[Path, ...]
    findings: tuple[Finding, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))
