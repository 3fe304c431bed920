"""Writing in a picture: rows of small even glyphs of one value, as programs burn them in.

A program writes with one value, sharply, mostly the highest or the lowest that there is; nothing in a patient is so.
Connected pieces of such a value that have the size of a letter and stand on one line, close together, are writing. No
letter is read. Lead markers are large, single and soft; collimators and electrodes are larger than letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cc3d
import numpy as np
import numpy.typing as npt

#: Height of a glyph in pixels: at least, and at most the larger of a number and a part of the picture.
_LOW, _HIGH, _HIGH_PART = 5, 24, 1 / 10
#: Width of a glyph by its height; two letters may touch.
_WIDTH = (0.08, 2.2)
#: How much of its box a glyph fills: no solid square, and no spread of single pixels.
_FILL = (0.12, 0.9)
#: Glyphs of one line end at one height, to this part of it, and lie no further apart than so many heights.
_BASE, _APART = 0.2, 1.6
_SAME_HEIGHT = 0.62
#: So many pieces are looked at; where there are more, the value is noise or texture.
_MOST_PIECES = 20_000
#: So many values are tried besides the extremes: the most frequent ones, and the brightest.
_VALUES = 4
#: Of more values than this only the extremes are tried: counting them takes memory for each.
_MOST_VALUES = 1 << 20

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of writing: how many glyphs, and where it begins and ends, in pixels from the upper left corner."""

    glyphs: int
    left: int
    top: int
    right: int
    bottom: int


def lines_of_writing(picture: Array, *, lossy: bool = False, least: int = 3) -> list[Line]:
    """Lines of at least ``least`` glyphs in a picture, rows × columns or rows × columns × colours; the longest first.

    With ``lossy``, values near the highest count as it: compression has spread them.
    """
    # A fourth channel is opacity.
    grey = picture[:, :, :3].max(axis=2) if picture.ndim == 3 else picture
    if min(grey.shape) < 4 * _LOW or grey.dtype == np.bool_:
        return []
    found: list[Line] = []
    for mask in _masks(grey, lossy=lossy):
        found.extend(_lines(mask, least))
    return sorted(found, key=lambda line: (-line.glyphs, line.top, line.left))


def _masks(grey: Array, *, lossy: bool) -> list[Mask]:
    """Pixels of one value each, where that value is much more frequent than its neighbours."""
    low, high = grey.min(), grey.max()
    if low == high:
        return []
    if lossy or grey.dtype.kind == "f":
        step = (float(high) - float(low)) * 0.12
        return [grey >= high - step]
    if int(high) - int(low) > _MOST_VALUES:
        return [grey == value for value in (low, high)]
    counts = np.bincount((grey.astype(np.int64) - int(low)).ravel())
    around = np.convolve(np.minimum(counts, np.median(counts[counts > 0]) * 50 + 50), np.ones(9), mode="same")
    around = (around - np.minimum(counts, around)) / 8
    spikes = np.flatnonzero((counts >= 40) & (counts > 6 * around))
    frequent = spikes[np.argsort(counts[spikes])[::-1][:_VALUES]]
    chosen = {int(low), int(high), *(int(at) + int(low) for at in (*frequent, *spikes[-_VALUES:]))}
    return [grey == value for value in sorted(chosen)]


def _lines(mask: Mask, least: int) -> list[Line]:
    pieces, count = cc3d.connected_components(np.asfortranarray(mask), connectivity=8, return_N=True)
    if not least <= count <= _MOST_PIECES:
        return []
    stats = cc3d.statistics(pieces, no_slice_conversion=True)
    boxes = np.asarray(stats["bounding_boxes"], dtype=np.int64)[1:]
    sizes = np.asarray(stats["voxel_counts"], dtype=np.int64)[1:]
    top, bottom, left, right = boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3]
    height, width = bottom - top + 1, right - left + 1
    fill = sizes / (height * width)
    glyph = (height >= _LOW) & (height <= max(_HIGH, mask.shape[0] * _HIGH_PART))
    glyph &= (width >= _WIDTH[0] * height) & (width <= _WIDTH[1] * height)
    # A letter such as I is a solid bar.
    glyph &= (fill >= _FILL[0]) & ((fill <= _FILL[1]) | (width <= 0.4 * height))
    kept = np.flatnonzero(glyph)
    if kept.size < least:
        return []
    order = kept[np.lexsort((left[kept], bottom[kept]))]
    return _rows(np.stack([top, bottom, left, right], axis=1)[order], least)


def _rows(boxes: npt.NDArray[np.int64], least: int) -> list[Line]:
    """Group boxes by where they end, then by the gaps between them."""
    free = np.ones(len(boxes), dtype=bool)
    ends, heights = boxes[:, 1], boxes[:, 1] - boxes[:, 0] + 1
    lines = []
    for first in range(len(boxes)):
        if not free[first]:
            continue
        tall = heights[first]
        apart = max(1.0, _BASE * tall)
        # They come in the order of where they end: none of the others is near.
        near = slice(*np.searchsorted(ends, (ends[first] - apart, np.nextafter(ends[first] + apart, np.inf))))
        like = (heights[near] >= _SAME_HEIGHT * tall) & (heights[near] <= tall / _SAME_HEIGHT)
        row = near.start + np.flatnonzero(free[near] & like)
        row = row[np.argsort(boxes[row, 2])]
        gaps = boxes[row[1:], 2] - boxes[row[:-1], 3]
        for run in np.split(row, np.flatnonzero(gaps > _APART * tall) + 1):
            if first in run:
                free[run] = False
                if len(run) >= least and _is_text(boxes[run]):
                    lines.append(_line(boxes[run]))
    return lines


def _is_text(run: npt.NDArray[np.int64]) -> bool:
    """Letters stand apart by gaps; and they are no comb of like teeth, such as a scale has."""
    width = run[:, 3] - run[:, 2] + 1
    gaps = run[1:, 2] - run[:-1, 3]
    if (gaps < 0).any():
        return False
    ticks = bool((width <= 3).all()) or (len(run) > 3 and bool((width == width[0]).all()) and width[0] <= 4)
    return not ticks


def _line(run: npt.NDArray[np.int64]) -> Line:
    return Line(
        glyphs=len(run),
        left=int(run[:, 2].min()),
        top=int(run[:, 0].min()),
        right=int(run[:, 3].max()),
        bottom=int(run[:, 1].max()),
    )
