"""Zarr version 3: a folder of chunks, for training that reads patches."""

from __future__ import annotations

from scan2train.formats.zarr_read import read_header, read_volumes
from scan2train.formats.zarr_write import write

__all__ = ["read_header", "read_volumes", "write"]
