"""A PET as standardised uptake values: each slice by its own factor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.formats.dicom.suv import Uptake, uptake_of
from scan2train.volume import Volume


def factors_of(row: Mapping[str, Any], base: Path, kind: str) -> Uptake:
    """Find the factors before any pixel is decoded.

    Raises
    ------
    WrongUse
        If the row is no PET of DICOM files: nothing else says what was injected.
    NonconformingHeader
        As :func:`~scan2train.formats.dicom.suv.uptake_of`.
    """
    if row["format"] != "dicom" or row["modality"] != "PT":
        raise WrongUse(
            "only a PET in DICOM has uptake values",
            where=base / row["path"],
            expected="modality PT",
            found=row["modality"] if row["format"] == "dicom" else row["format"],
            advice="Read it without suv; to take the PET of several scans, choose: modality = 'PT'.",
        )
    return uptake_of(row, base, kind)


def as_uptake(volume: Volume, uptake: Uptake, kind: str) -> Volume:
    """The volume in units of uptake, as float32; ``meta["suv"]`` says by which factors.

    Raises
    ------
    WrongUse
        If slices have factors of their own and the volume has other slices than the series.
    """
    factors = np.asarray(uptake.factors)
    if (factors == factors[0]).all():
        factors = factors[:1]
    elif len(factors) != volume.grid.shape[2]:
        raise WrongUse("each slice has a factor of its own, and these are other slices", found=volume.grid)
    # In the order of memory, slice by slice: (t, k, j, i), whose factors lie along k.
    stored = volume.array.transpose()
    values = np.empty(stored.shape, dtype=np.float32)
    np.multiply(stored, factors[:, np.newaxis, np.newaxis], out=values, casting="same_kind")
    return volume.replace(
        array=values.transpose(), unit=f"SUV{kind}", meta={**volume.meta, "suv": dict(uptake.about)}
    )
