"""NIfTI-1 and NIfTI-2: ``.nii``, ``.nii.gz`` and ``.hdr`` with ``.img``."""

from __future__ import annotations

from scan2train.formats.nifti_read import read_header, read_volumes
from scan2train.formats.nifti_write import write

__all__ = ["read_header", "read_volumes", "write"]
