"""How a CT passes from air, or lung, into tissue: many edges laid on one another, finer than the pixels.

The slanted edge of ISO 12233, with edges that every patient has (Sanders, Hurwitz & Samei, Med Phys 2016). Where the
boundary runs is fitted over several rows; each pixel near it then has a distance to it that is no whole number of
pixels, and no value is interpolated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scan2train.volume import Array, Mask, Volume

#: Slices looked at, spread over the volume.
_SLICES: Final = 24
#: Between air or lung and anything soft.
_LEVEL_HU: Final = -500.0
#: Evenness is looked for from so far to so far from the edge, in mm; in HU the sides differ by so much at least, and
#: each is even to so much of it.
_SIDE_MM: Final = (3.2, 7.0)
_LEAST_HU: Final = 500.0
_EVEN: Final = 0.10
#: The boundary is a parabola over so many mm of rows to each side, whose crossings lie within so many pixels of it; it
#: is no steeper against the rows than this.
_ALONG_MM: Final = 3.5
_SMOOTH_PIXELS: Final = 0.2
_STEEPEST: Final = 0.75
#: Width of a bin, and how far from the edge the profile goes, mm.
BIN_MM: Final = 0.1
REACH_MM: Final = 6.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EdgeProfile:
    """Distance from the edge in mm, growing into the tissue; the median value there, 0 outside to 1 inside.

    ``edges`` is how many places were laid on one another.
    """

    distance_mm: Array
    value: Array
    edges: int


def edge_profile(volume: Volume) -> EdgeProfile | None:
    """The profile of a volume in HU whose slices lie along k; ``None`` where there is no edge of that kind."""
    distances, values, edges = [], [], 0
    spacing = volume.grid.spacing
    slices = np.unique(np.linspace(0, volume.grid.shape[2] - 1, _SLICES).round().astype(int))
    for k in slices.tolist():
        plane = volume.array[:, :, k].astype(np.float32)
        valid = None if volume.valid is None else volume.valid[:, :, k]
        for turned in (False, True):
            lines = plane.T if turned else plane
            real = valid if valid is None or not turned else valid.T
            across, along = (spacing[1], spacing[0]) if turned else (spacing[0], spacing[1])
            found = _edges(lines, real, across, along)
            if found is not None:
                distances.append(found[0].ravel())
                values.append(found[1].ravel())
                edges += len(found[0])
    if not edges:
        return None
    return _pooled(np.concatenate(distances), np.concatenate(values), edges)


def _edges(plane: Array, valid: Mask | None, across: float, along: float) -> tuple[Array, Array] | None:
    """Distance and relative value, both ``(n, samples)``, of the lines along the first axis that cross an edge."""
    reach, rows = int(np.ceil(_SIDE_MM[1] / across)), int(np.clip(round(_ALONG_MM / along), 3, 9))
    above = plane > _LEVEL_HU
    i, j = np.nonzero(above[1:] != above[:-1])
    inside = (i >= reach) & (i + 1 + reach < plane.shape[0]) & (j >= rows) & (j + rows < plane.shape[1])
    i, j = i[inside], j[inside]
    if not i.size:
        return None
    offsets = np.arange(-reach, reach + 2)
    samples = plane[i[:, None] + offsets, j[:, None]]
    alone = np.diff(samples > _LEVEL_HU, axis=1).sum(axis=1) == 1
    if valid is not None:
        alone &= valid[i[:, None] + offsets, j[:, None]].all(axis=1)
    rising = samples[:, -1] > samples[:, 0]
    samples = np.where(rising[:, None], samples, samples[:, ::-1])
    place = (
        offsets - 0.5
    ) * across  # mm from the middle of the two pixels between which the level is crossed
    low, high = (samples[:, (side >= _SIDE_MM[0]) & (side <= _SIDE_MM[1])] for side in (-place, place))
    outside, contrast = low.mean(axis=1), high.mean(axis=1) - low.mean(axis=1)
    even = np.maximum(low.std(axis=1), high.std(axis=1)) < _EVEN * contrast
    relative = (samples - outside[:, None]) / np.where(contrast > 0, contrast, 1)[:, None]
    half = relative > 0.5
    kept = alone & even & (contrast > _LEAST_HU) & (np.diff(half, axis=1).sum(axis=1) == 1)
    i, j, rising, relative, half = i[kept], j[kept], rising[kept], relative[kept], half[kept]
    if not i.size:
        return None
    at, each = half.argmax(axis=1) - 1, np.arange(i.size)
    before, after = relative[each, at], relative[each, at + 1]
    half_way = place[at] + across * (0.5 - before) / (after - before)
    sign = np.where(rising, 1, -1)
    crossing = (i + 0.5) * across + sign * half_way
    boundary = _boundaries(crossing, i, j, rising, (*plane.shape, rows), (across, along))
    middle, slope, smooth = boundary
    from_middle = sign * (middle - (i + 0.5) * across)
    distance = (place - from_middle[:, None]) / np.hypot(1, slope)[:, None]
    return (distance[smooth], relative[smooth]) if smooth.any() else None


def _boundaries(
    crossing: Array, i: Array, j: Array, rising: Array, size: tuple[int, int, int], mm: tuple[float, float]
) -> tuple[Array, Array, Array]:
    """Where the boundary through each crossing lies (mm), its slope, and whether it is smooth and not too steep."""
    n_i, n_j, rows = size
    across, along = mm
    pad = 2
    where = np.full((2, n_i + 2 * pad, n_j), np.nan)
    side = rising.astype(int)
    where[side, i + pad, j] = crossing
    track = np.full((i.size, 2 * rows + 1), np.nan)
    track[:, rows] = crossing
    steps, each = np.arange(-pad, pad + 1), np.arange(i.size)
    for way in (1, -1):
        now, last = i.copy(), crossing.copy()
        for n in range(1, rows + 1):
            next_to = where[
                side[:, None],
                np.clip(now[:, None] + pad + steps, 0, n_i + 2 * pad - 1),
                (j + way * n)[:, None],
            ]
            away = np.nan_to_num(np.abs(next_to - last[:, None]), nan=np.inf)
            best = away.argmin(axis=1)
            found = away[each, best] < 1.2 * along
            last = np.where(found, next_to[each, best], np.nan)
            now = np.where(found, now + steps[best], now)
            track[:, rows + way * n] = last
    y = np.arange(-rows, rows + 1) * along
    powers = np.stack([np.ones_like(y), y, y * y], axis=1)
    fitted = track @ np.linalg.pinv(powers).T
    rest = np.sqrt(((fitted @ powers.T - track) ** 2).mean(axis=1))
    # A track that was lost is NaN, and no comparison with it holds.
    smooth = (rest < _SMOOTH_PIXELS * across) & (np.abs(fitted[:, 1]) < _STEEPEST)
    return fitted[:, 0], fitted[:, 1], smooth


def _pooled(distance: Array, value: Array, edges: int) -> EdgeProfile:
    """Medians in bins of :data:`BIN_MM`; bins without a value are left out."""
    count = round(2 * REACH_MM / BIN_MM)
    bins = np.floor((distance + REACH_MM) / BIN_MM).astype(int)
    order = np.lexsort((value, bins))
    bins, distance, value = bins[order], distance[order], value[order]
    ends = np.searchsorted(bins, np.arange(count + 1))
    filled = [(a, b) for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True) if b > a]
    return EdgeProfile(
        distance_mm=np.array([distance[a:b].mean() for a, b in filled]),
        value=np.array([(value[(a + b - 1) // 2] + value[(a + b) // 2]) / 2 for a, b in filled]),
        edges=edges,
    )
