"""NRRD: ``.nrrd``, or ``.nhdr`` with its voxels in files of their own."""

from __future__ import annotations

from scan2train.formats.nrrd_read import read_header, read_volumes
from scan2train.formats.nrrd_write import write

__all__ = ["read_header", "read_volumes", "write"]
