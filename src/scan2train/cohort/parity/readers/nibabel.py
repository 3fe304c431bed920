"""nibabel: ``load`` and ``get_fdata``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scan2train.cohort.parity.given import Given, ras

#: By content, as the index tells them; nibabel reads others, but none that DICOM viewers or ITK write.
FORMATS = frozenset({"nifti"})


def read(path: Path, series_uid: str) -> Given:  # noqa: ARG001 - all readers are called alike
    """A file."""
    import nibabel

    image: Any = nibabel.load(path)
    array = image.get_fdata()
    return Given(array=array, affine=ras(image.affine), shape=array.shape)
