"""What a mammogram shows of itself: at which edge the chest wall is, and whether the pectoral muscle is there.

The breast is the largest bright piece of a copy of some 128 rows; it is cut by one edge of the picture alone, which is
the chest wall. On an oblique view the pectoral muscle fills the upper corner there, and its edge runs down to the chest
wall, nearly straight (Karssemeijer, Phys Med Biol 43:365, 1998); on a craniocaudal view both corners are air.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cc3d
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from scan2train.volume import Volume

_ROWS = 128
_LEAST_PIXELS = 24
#: The breast begins so far above the air, as part of what lies between air and the brightest.
_ABOVE_AIR = 0.15
#: How much of a picture is breast; more leaves no edge free, less is something else.
_PART = (0.04, 0.92)
_EDGE, _CORNER = 0.06, 0.04
#: The muscle ends so far above the fat, as part of what lies between fat and muscle.
_MUSCLE = 0.65

Edge = Literal["left", "right", "top", "bottom", ""]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class MammogramLook:
    """``chest_wall``: the edge that cuts the breast; ``view``: MLO, CC, or empty where the picture does not tell.

    ``muscle_at`` is the other edge at whose corner the muscle lies; empty without one.
    """

    chest_wall: Edge = ""
    view: Literal["MLO", "CC", ""] = ""
    muscle_at: Edge = ""


def film_look(volume: Volume, row: Mapping[str, Any]) -> MammogramLook:
    """Look at the one plane of ``volume``, whose header's columns (of the volumes table) tell what is dense."""
    valid = None if volume.valid is None else volume.valid[:, :, 0].T
    return mammogram_look(volume.array[:, :, 0].T, valid, dense_is_dark=_dense_is_dark(row))


def _dense_is_dark(row: Mapping[str, Any]) -> bool:
    """As :mod:`scan2train.steps.bright_is_dense` tells it."""
    if row["presentation_intent"] == "FOR PROCESSING" and row["intensity_sign"] in (1, -1):
        return bool(row["intensity_sign"] == 1)
    return bool(row["photometric"] == "MONOCHROME1" or row["lut_shape"] == "INVERSE")


def mammogram_look(
    picture: npt.NDArray[Any], valid: Mask | None = None, *, dense_is_dark: bool = False
) -> MammogramLook:
    """Look at a picture, rows × columns; ``valid`` is false on padding."""
    if min(picture.shape) < _LEAST_PIXELS:
        return MammogramLook()
    small = _pooled(picture.astype(np.float32))
    if dense_is_dark:
        small = -small
    breast = _breast(small, None if valid is None else _pooled(valid.astype(np.float32)) > 0.5)
    if breast is None:
        return MammogramLook()
    wall = _chest_wall(breast)
    if not wall:
        return MammogramLook()
    upright, inside = _wall_left(small, wall), _wall_left(breast, wall)
    ends: tuple[Edge, Edge] = ("top", "bottom") if wall in ("left", "right") else ("left", "right")
    found = [_muscle(upright, inside), _muscle(upright[::-1], inside[::-1])]
    if found[0] != found[1]:
        return MammogramLook(chest_wall=wall, view="MLO", muscle_at=ends[found.index(True)])
    if not found[0] and _corners_are_air(inside):
        return MammogramLook(chest_wall=wall, view="CC")
    return MammogramLook(chest_wall=wall)


def _pooled(picture: Floats) -> Floats:
    """Means of square blocks, so that some 128 rows are left."""
    step = max(1, picture.shape[0] // _ROWS)
    rows, columns = (size // step for size in picture.shape)
    blocks = picture[: rows * step, : columns * step].reshape(rows, step, columns, step)
    pooled: Floats = blocks.mean(axis=(1, 3))
    return pooled


def _breast(small: Floats, valid: Mask | None) -> Mask | None:
    values = small if valid is None else small[valid]
    if not values.size:
        return None
    low, high = np.percentile(values, (1, 97))
    if not low < high:
        return None
    air = _commonest(values[values < low + 0.5 * (high - low)])
    bright = small > air + _ABOVE_AIR * (high - air)
    if valid is not None:
        bright &= valid
    bright = ndimage.binary_opening(np.pad(bright, 2, mode="edge"), iterations=1)[2:-2, 2:-2]
    pieces, count = cc3d.connected_components(np.asfortranarray(bright), connectivity=4, return_N=True)
    if not count:
        return None
    largest: Mask = pieces == 1 + int(np.bincount(pieces.ravel())[1:].argmax())
    # A hole within the breast is dark fat; one that the edge of the picture cuts is closed along it.
    filled: Mask = ndimage.binary_fill_holes(largest)
    return filled if _PART[0] <= filled.mean() <= _PART[1] else None


def _commonest(values: Floats) -> float:
    ordered = np.sort(values, axis=None)
    window = max(1, ordered.size // 10)
    widths = ordered[window:] - ordered[:-window]
    return float(ordered[int(widths.argmin()) + window // 2]) if widths.size else float(ordered[0])


def _chest_wall(breast: Mask) -> Edge:
    """The edge along which most is breast, where little is at the opposite one."""
    rows, columns = (max(2, round(_EDGE * size)) for size in breast.shape)
    covered: dict[Edge, float] = {
        # A frame of a few pixels may lie around the picture.
        "left": float(breast[:, :columns].mean(axis=0).max()),
        "right": float(breast[:, -columns:].mean(axis=0).max()),
        "top": float(breast[:rows].mean(axis=1).max()),
        "bottom": float(breast[-rows:].mean(axis=1).max()),
    }
    edge = max(covered, key=lambda name: covered[name])
    opposite: dict[Edge, Edge] = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
    others = [covered[name] for name in covered if name not in (edge, opposite[edge])]
    clear = covered[edge] >= 0.35 and covered[edge] - covered[opposite[edge]] >= 0.3
    return edge if clear and covered[edge] >= max(others) + 0.1 else ""


def _wall_left(picture: npt.NDArray[Any], wall: Edge) -> npt.NDArray[Any]:
    """Turn the chest wall to the left edge."""
    if wall in ("top", "bottom"):
        picture = picture.T
    return picture[:, ::-1] if wall in ("right", "bottom") else picture


def _muscle(picture: Floats, breast: Mask) -> bool:
    """Whether a bright wedge fills the upper left corner and narrows downwards to nothing, nearly evenly."""
    rows, columns = breast.shape
    corner = (slice(max(2, rows // 16)), slice(max(2, columns // 16)))
    if breast[corner].mean() < 0.8:
        return False
    reach = int(breast.sum(axis=1).max())
    fat, typical = np.percentile(picture[breast], (25, 60))
    muscle = float(np.median(picture[corner]))
    if muscle < typical:
        return False
    bright = breast & (ndimage.uniform_filter(picture, 3) > fat + _MUSCLE * (muscle - fat))
    # The outermost columns may be a frame, or a dark line at the detector's edge.
    widths = np.array([_run(row[2:]) for row in bright], dtype=np.float64)
    top = float(np.median(widths[: max(3, rows // 16)]))
    # Where gland lies against the muscle the run goes on into it: the muscle is no wider than above.
    widths = np.minimum.accumulate(np.minimum(ndimage.median_filter(widths, 5, mode="nearest"), 1.2 * top))
    length = int(np.count_nonzero(widths >= 0.12 * top))
    if top < 0.1 * reach or not 0.12 * rows <= length <= 0.97 * rows:
        return False
    along = np.arange(length)
    line = np.polyfit(along, widths[:length], 1)
    apart = float(np.sqrt(np.mean((widths[:length] - np.polyval(line, along)) ** 2)))
    return bool(apart <= 0.2 * top and line[0] * length <= -0.5 * top)


def _run(row: Mask) -> int:
    dark = np.flatnonzero(~row)
    return int(dark[0]) if dark.size else row.size


def _corners_are_air(breast: Mask) -> bool:
    """Both corners at the chest wall, and the breast in the middle between them."""
    rows, columns = (max(2, round(_CORNER * size)) for size in breast.shape)
    corners = max(breast[:rows, :columns].mean(), breast[-rows:, :columns].mean())
    along = np.flatnonzero(breast[:, :columns].any(axis=1))
    middle = (along[0] + along[-1]) / 2 / breast.shape[0]
    return bool(corners < 0.25 and 0.35 <= middle <= 0.65)
