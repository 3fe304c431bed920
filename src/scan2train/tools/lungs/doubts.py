"""What speaks against a segmentation of lungs, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from scan2train.measures.distances import box_around, depth_mm, widened, widened_by_one
from scan2train.tools.lungs.find import Found
from scan2train.tools.lungs.opacity import airless_shares
from scan2train.tools.lungs.options import LungOptions
from scan2train.tools.lungs.sides import LEFT, RIGHT
from scan2train.tools.segment.result import Doubt
from scan2train.volume import Mask

#: Both lungs of an adult, from full expiration to full inspiration with room to spare, ml.
PLAUSIBLE_ML = (1000.0, 10000.0)
#: A side with less than this share of the other one is none.
ONE_SHARE = 0.05
#: A healthy left lung has at least this share of the right one, which is the larger one, and the right of the left.
LEFT_SHARE, RIGHT_SHARE = 0.6, 0.8
#: Aerated lung is darker than this on average, HU.
DENSE_HU = -550.0
#: Ribs without lung behind them: above this share of one side.
AIRLESS = 0.33
#: Lung cut by the end of the picture, or by padding: above this, cm².
CUT_CM2 = 4.0
#: Air around a lung, or a bulla, is as dark as in the trachea by so many HU, deeper than so many mm, and so many ml.
GAS_ABOVE_HU, GAS_MM, GAS_ML = 15.0, 8.0, 60.0
#: Bone within the chest's middle third lies behind the lungs' middle (the spine), not before it.
BONE_HU = 200.0


def doubts_of(
    found: Found, volumes_ml: Mapping[int, float], mean_hu: float, options: LungOptions
) -> Iterator[Doubt]:
    """Every doubt, the weightiest first."""
    right, left = volumes_ml[RIGHT], volumes_ml[LEFT]
    total = right + left
    lungs = (found.classes == RIGHT) | (found.classes == LEFT)
    one = min(right, left) < ONE_SHARE * max(right, left)
    if one:
        word = "right" if right > left else "left"
        yield Doubt(reason="one-lung", message=f"only one lung was found, taken for the {word} one")
    if not PLAUSIBLE_ML[0] <= total <= PLAUSIBLE_ML[1]:
        yield Doubt(
            reason="implausible-volume",
            message=f"{total:.0f} ml are not the lungs of an adult ({PLAUSIBLE_ML[0]:.0f} to {PLAUSIBLE_ML[1]:.0f} ml)",
        )
    if not one and (left < LEFT_SHARE * right or right < RIGHT_SHARE * left):
        yield Doubt(
            reason="unequal-lungs",
            message=f"right lung {right:.0f} ml, left lung {left:.0f} ml: collapse, fluid, surgery, or a wrong split",
        )
    yield from _cut(found, lungs)
    yield from _gas(found, lungs)
    if mean_hu > DENSE_HU:
        yield Doubt(reason="dense-lung", message=f"the mean of {mean_hu:.0f} HU is not that of aerated lung")
    for name, share in zip(("right", "left"), airless_shares(found.means, lungs, found.middle, found.lattice.spacing),
                           strict=True):  # fmt: skip
        if share > AIRLESS:
            yield Doubt(
                reason="opacified-lung",
                message=f"{share:.0%} of the ribs at the back on the {name} have no lung behind them: fluid or lung "
                "without air, which a search for air leaves out",
            )
    if not found.parted:
        yield Doubt(
            reason="not-parted", message="the lungs hang together and would not part; the border is a guess"
        )
    if options.airways and (found.airways is None or not found.airways.grown):
        yield Doubt(reason="no-trachea", message="no trachea was found: bronchi may be part of the lungs")
    if _turned(found, lungs):
        yield Doubt(
            reason="turned",
            message="the spine lies in front of the lungs: the orientation is wrong, and so may right and left be",
        )


def _cut(found: Found, lungs: Mask) -> Iterator[Doubt]:
    """Lung at the ends of the picture or beside padding, by area."""
    spacing = found.lattice.spacing
    names = (("left", "right"), ("back", "front"), ("lower", "upper"))
    for axis, words in enumerate(names):
        face = float(np.prod([one for at, one in enumerate(spacing) if at != axis])) / 100
        for at, word in zip((0, -1), words, strict=True):
            area = float(np.take(lungs, at, axis=axis).sum()) * face
            if area > CUT_CM2:
                yield Doubt(
                    reason="cut-lung", message=f"{area:.0f} cm² of lung lie at the {word} end of the picture"
                )
    if found.unseen is not None:
        area = float((widened_by_one(found.unseen, spacing) & lungs).sum()) * spacing[0] * spacing[2] / 100
        if area > CUT_CM2:
            yield Doubt(reason="cut-lung", message=f"{area:.0f} cm² of lung lie beside padding")


def _gas(found: Found, lungs: Mask) -> Iterator[Doubt]:
    """Wide pockets of nothing but air in what was taken for lungs."""
    if found.airways is None:
        return
    air = float(np.percentile(found.means[found.airways.tree], 25))
    gas = lungs & (found.means < air + GAS_ABOVE_HU)
    spacing = found.lattice.spacing
    ml = float(np.prod(spacing)) / 1000
    if np.count_nonzero(gas) * ml <= GAS_ML:
        return
    gas = gas[box_around(gas, (1, 1, 1))]
    pockets = widened(depth_mm(gas, spacing) > GAS_MM, GAS_MM, spacing) & gas
    volume = np.count_nonzero(pockets) * ml
    if volume > GAS_ML:
        yield Doubt(
            reason="gas-in-lung",
            message=f"{volume:.0f} ml within the lungs are as dark as the air in the trachea: air around a lung "
            "(pneumothorax), which is none of it, or large bullae",
        )


def _turned(found: Found, lungs: Mask) -> bool:
    """Whether most bone near the middle lies in front of the lungs."""
    if not lungs.any():
        return False
    columns = np.flatnonzero(lungs.any(axis=(1, 2)))
    sixth = max((columns[-1] - columns[0]) // 6, 1)
    middle = round(found.middle)
    part = slice(max(middle - sixth, 0), middle + sixth + 1)
    heights = lungs.any(axis=(0, 1))
    bone = ((found.means[part] > BONE_HU) & found.body[part])[:, :, heights]
    if not bone.any():
        return False
    depth = np.arange(lungs.shape[1])
    at_bone = float(np.average(depth, weights=bone.sum(axis=(0, 2))))
    at_lungs = float(np.average(depth, weights=lungs.sum(axis=(0, 2))))
    return at_bone > at_lungs + 10.0 / found.lattice.spacing[1]
