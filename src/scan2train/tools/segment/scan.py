"""What is segmented: a CT in HU, or a refusal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.measures.hu_peaks import hu_peaks
from scan2train.measures.hu_scale import lie_as_hu, scale_fault
from scan2train.read import read
from scan2train.tools.segment.result import Doubt
from scan2train.volume import Labels, Volume


def ct_of(
    what: Volume | str | os.PathLike[str] | Mapping[str, Any],
    *,
    irregular: str = "refuse",
    unit: str | None = None,
) -> tuple[Volume, tuple[Doubt, ...]]:
    """The CT that ``what`` is or holds, and a doubt where its values lie off the scale of HU by some.

    Values whose unit no file says (NIfTI, MetaImage, NRRD) are taken for HU where air and tissue lie where HU put
    them; ``unit="HU"`` says that they are.

    Raises
    ------
    WrongUse
        If it is a mask, colour, no CT, or has no patient geometry.
    Scan2TrainError
        If the values cannot be HU; and as :func:`scan2train.read`.
    """
    volume = what if isinstance(what, Volume) else read(what, irregular)
    if isinstance(volume, Labels) or volume.array.ndim != 3:
        raise WrongUse("a CT is segmented", expected="an (i, j, k) image in HU", found=volume)
    volume.grid.require_physical("segmentation")
    modality = volume.meta.get("modality")
    known = unit or volume.unit
    if known not in ("HU", "a.u.") or modality not in (None, "CT"):
        raise WrongUse(
            "only CT is segmented",
            expected="values in HU",
            found=f"{modality or 'an image'} in {known}",
            advice='If these are Hounsfield units, say so: unit="HU" (--unit HU).',
        )
    doubts = _doubts_of_scale(volume, told=known == "HU")
    return volume if volume.unit == "HU" else volume.replace(unit="HU"), doubts


def _doubts_of_scale(volume: Volume, *, told: bool) -> tuple[Doubt, ...]:
    peaks = hu_peaks(volume)
    fault = None if peaks is None else scale_fault(peaks)
    if not told and peaks is not None and lie_as_hu(peaks):
        return ()
    if told and fault is None:
        return ()
    if told and fault is not None and fault.doubtful:
        return (Doubt(reason="not-hu", message=f"{fault.message} ({fault.seen})"),)
    raise Scan2TrainError(
        "these values are not Hounsfield units" if fault is None else fault.message,
        expected="air near −1000 HU and soft tissue near 40 HU",
        found="one value only" if peaks is None else f"peaks at {peaks.low:.0f} and {peaks.high:.0f}",
        advice="Segmentation goes by HU. Bring the values back to them, or leave the scan out. Where a file says "
        "nothing of its unit and they are HU, say so: --unit HU.",
        code="PIX007",
    )
