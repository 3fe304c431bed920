"""Whether a CT of the trunk shows contrast agent in its vessels, told from the picture alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scan2train.measures.coarse_trunk import CoarseTrunk, Piece
from scan2train.volume import Volume

#: Blood without agent is 30 to 60 HU, and nothing soft is brighter than 80; bright vessels begin at 130.
BRIGHT_HU: Final = 130.0
DARK_HU: Final = 80.0
#: What is left of a vessel, or of a heart or a kidney, 4 mm within its wall.
_BRIGHT_ML: Final = 3.0
_DIM_ML: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Enhancement:
    """Whether blood is bright (``None``: cannot be told), and how bright: the median of what was found, HU."""

    seen: bool | None
    bright_hu: float | None = None
    volume_ml: float = 0.0


def enhancement(volume: Volume) -> Enhancement:
    """Look for large, even, bright pieces within the soft tissue of a trunk that are not bone.

    On a copy of some 3 mm: pieces between 130 and 700 HU whose voxels lie within their wall, which are as even as
    soft tissue, lie in what is darker, and are not where the spine and the breastbone are. Without any, and nothing
    even above 80 HU, there is no agent in the vessels.

    Parameters
    ----------
    volume
        In HU, in any orientation.

    Returns
    -------
    ``seen`` is ``None`` where it cannot be told: not in HU or in mm, no trunk (a head, a limb, a narrow field of
    view, a slab of less than 60 mm), slices further apart than 7.5 mm, or blood between 80 and 130 HU.
    """
    trunk = CoarseTrunk.of(volume)
    return Enhancement(seen=None) if trunk is None else enhancement_of(trunk)


def enhancement_of(trunk: CoarseTrunk) -> Enhancement:
    """As :func:`enhancement`, of a copy that is there already."""
    bright = _soft(trunk.pieces(BRIGHT_HU))
    total = sum(one.voxels for one in bright) * trunk.ml
    if total >= _BRIGHT_ML:
        hu = float(np.average([one.hu for one in bright], weights=[one.voxels for one in bright]))
        return Enhancement(seen=True, bright_hu=hu, volume_ml=total)
    dim = sum(one.voxels for one in _soft(trunk.pieces(DARK_HU))) * trunk.ml
    return Enhancement(seen=None if bright or dim >= _DIM_ML else False, volume_ml=total)


def _soft(pieces: list[Piece]) -> list[Piece]:
    return [one for one in pieces if not one.is_bone]
