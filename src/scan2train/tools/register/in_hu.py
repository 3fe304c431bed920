"""Scans whose values are HU though no file says so: NIfTI, MetaImage and NRRD have no place for it."""

from __future__ import annotations

from scan2train.measures.hu_peaks import hu_peaks
from scan2train.measures.hu_scale import lie_as_hu
from scan2train.volume import Volume


def in_hu(volume: Volume, name: str) -> tuple[Volume, tuple[str, ...]]:
    """``volume``, in HU where its unit is unknown and air and tissue lie where HU put them; a note says so."""
    if volume.unit != "a.u." or volume.meta.get("modality") not in (None, "CT") or volume.array.ndim != 3:
        return volume, ()
    peaks = hu_peaks(volume)
    if peaks is None or not lie_as_hu(peaks):
        return volume, ()
    note = (
        f"the values of the {name} scan were taken for HU: no file says what they are in, and air "
        f"({peaks.low:.0f}) and tissue ({peaks.high:.0f}) lie where they would"
    )
    return volume.replace(unit="HU"), (note,)
