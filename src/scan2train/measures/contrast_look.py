"""How bright blood, liver, kidneys and bladder are in a CT of the trunk: found by place and shape, without weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cc3d
import numpy as np
from scipy import ndimage

from scan2train.measures.coarse_trunk import CoarseTrunk
from scan2train.measures.enhancement import BRIGHT_HU, DARK_HU, enhancement_of
from scan2train.volume import Array, Volume

#: The large vessels and the heart: within so many mm of the middle, and between these parts of the way to the back.
_VESSEL_MM: Final = 60.0
_VESSEL_DEPTH: Final = (0.2, 0.68)
_VESSEL_ML: Final = 1.0
#: A vessel reaches through so much of what is in view, which a bladder does not.
_VESSEL_TALL: Final = 0.25
#: An aorta lies at the spine and beside a vein that is as bright as itself.
_DARKER_AROUND: Final = 0.3
#: What is left of a liver 6 mm within its wall.
_LIVER_ML: Final = 120.0
#: A kidney is so large, lies so far aside, and is wrapped in fat.
_KIDNEY_ML: Final = (12.0, 400.0)
_KIDNEY_MM: Final = (26.0, 115.0)
_KIDNEY_DEPTH: Final = (0.42, 0.88)
_IN_FAT: Final = 0.35
#: And the rim of bone is brighter.
_KIDNEY_MOST_HU: Final = 280.0
#: Urine is so much brighter than blood where agent is in it.
_URINE_ABOVE_HU: Final = 100.0
_URINE_LEAST_HU: Final = 220.0
_URINE_ML: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastLook:
    """HU of what was found, ``None`` for what was not.

    ``blood_hu`` of the tallest bright vessel, or the heart; ``dark`` where nothing in the vessels is brighter than
    blood without agent. ``kidney_hu`` is the bright part of a kidney, ``kidney_apart_hu`` how much darker its inside
    is. ``urine_hu`` is that of agent in the renal pelvis or the bladder.
    """

    blood_hu: float | None = None
    dark: bool = False
    liver_hu: float | None = None
    kidney_hu: float | None = None
    kidney_apart_hu: float | None = None
    urine_hu: float | None = None


def contrast_look(volume: Volume) -> ContrastLook | None:
    """Look at a CT in HU, in any orientation; ``None`` where it shows no trunk, or none that is fine enough."""
    trunk = CoarseTrunk.of(volume)
    if trunk is None:
        return None
    aside, depth = trunk.where()
    liver = _liver(trunk, aside, depth)
    blood = _blood(trunk)
    # On the right there is no spleen, which may be as bright and larger.
    above = max(110.0, (liver or 60.0) + 35.0)
    kidney = _kidney(trunk, aside, depth, above) or _kidney(trunk, -aside, depth, above)
    urine = _bladder(trunk, blood)
    kidney_hu, apart, pelvis = kidney or (None, None, None)
    if urine is None and pelvis is not None and pelvis > max(300.0, (kidney_hu or 0.0) + 80.0):
        urine = pelvis
    return ContrastLook(
        blood_hu=blood,
        dark=blood is None and enhancement_of(trunk).seen is False,
        liver_hu=liver,
        kidney_hu=kidney_hu,
        kidney_apart_hu=apart,
        urine_hu=urine,
    )


def _blood(trunk: CoarseTrunk) -> float | None:
    for least in (BRIGHT_HU, DARK_HU):
        found = [
            one
            for one in trunk.pieces(least, darker_around=_DARKER_AROUND)
            if abs(one.aside_mm) < _VESSEL_MM
            and _VESSEL_DEPTH[0] < one.depth < _VESSEL_DEPTH[1]
            # Discs cut what is bright in the spine into short pieces, unless they are as bright themselves.
            and not (one.is_bone and least < BRIGHT_HU)
            and one.ml >= _VESSEL_ML
            and one.tall_mm >= _VESSEL_TALL * (trunk.high[2] - trunk.low[2])
        ]
        if found:
            return max(found, key=lambda one: one.tall_mm).hu
    return None


def _liver(trunk: CoarseTrunk, aside: Array, depth: Array) -> float | None:
    """The largest even piece of soft tissue on the right, the back muscles left out."""
    mean = trunk.mean
    soft = (mean > 20) & (mean < 250) & (trunk.deviation < 1.6 * max(trunk.even, 3.0))
    deep = ndimage.binary_erosion(soft, iterations=2) & (aside > 15) & (depth > 0.1) & (depth < 0.75)
    labels, count = cc3d.connected_components(np.asfortranarray(deep), connectivity=6, return_N=True)
    if not count:
        return None
    sizes = np.bincount(labels.ravel())[1:]
    if sizes.max() * trunk.ml < _LIVER_ML:
        return None
    return float(np.median(mean[labels == 1 + int(sizes.argmax())]))


def _kidney(
    trunk: CoarseTrunk, aside: Array, depth: Array, above: float
) -> tuple[float, float, float] | None:
    """Of the largest on one side: the HU of its bright part, how much darker its inside is, its brightest place."""
    place = (aside > _KIDNEY_MM[0]) & (aside < _KIDNEY_MM[1])
    place = place & (depth > _KIDNEY_DEPTH[0]) & (depth < _KIDNEY_DEPTH[1])
    labels, count = cc3d.connected_components(
        np.asfortranarray((trunk.mean > above) & place), connectivity=6, return_N=True
    )
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * trunk.ml
    boxes = ndimage.find_objects(labels, max_label=count)
    best, most = None, 0.0
    for number in np.flatnonzero((sizes >= _KIDNEY_ML[0]) & (sizes <= _KIDNEY_ML[1])).tolist():
        if number == 0 or sizes[number] <= most:
            continue
        wide = tuple(slice(max(part.start - 4, 0), part.stop + 4) for part in boxes[number - 1])
        values, own = trunk.mean[wide], labels[wide] == number
        whole = ndimage.binary_fill_holes(ndimage.binary_closing(own, iterations=2))
        shell = ndimage.binary_dilation(whole, iterations=3) & ~ndimage.binary_dilation(whole, iterations=1)
        hu = float(np.median(values[own]))
        inside = ndimage.binary_erosion(whole, iterations=2)
        fat = (values[shell] < 0) & (values[shell] > -200)
        # Bone has its brightest voxels at the rim, and a kidney those of urine within.
        rim = np.percentile(values[own & ~inside], 75)
        if rim > _KIDNEY_MOST_HU or not inside.any() or fat.mean() < _IN_FAT:
            continue
        low, high = np.percentile(values[inside], (25, 98))
        best, most = (hu, float(hu - low), float(high)), float(sizes[number])
    return best


def _bladder(trunk: CoarseTrunk, blood: float | None) -> float | None:
    """Agent in the bladder: a large even piece low in the middle, far brighter than blood."""
    least = max(_URINE_LEAST_HU, (blood or 0.0) + _URINE_ABOVE_HU)
    found = [
        one
        for one in trunk.pieces(least, below=3072.0)
        if one.ml >= _URINE_ML and abs(one.aside_mm) < 45 and 0.12 < one.depth < 0.7 and one.up < 0.4
    ]
    return max(found, key=lambda one: one.ml).hu if found else None
