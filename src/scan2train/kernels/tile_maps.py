"""Values through the maps of the tiles around them. All arrays are ``(k, j, i)`` in C order."""

from __future__ import annotations

from scan2train.kernels.compiling import outer


@outer
def tile_maps(values, low, scale, maps, shares, first_k, part_k, first_j, part_j, first_i, part_i, out):
    """Each value through the maps of the eight tiles whose centres surround it, mixed linearly.

    Parameters
    ----------
    low, scale
        ``(value - low) * scale`` is a value's place in a map, in bins.
    maps
        ``(tk, tj, ti, bins + 1)``: what the edges of the bins become.
    shares
        ``(tk, tj, ti)``: how much of each tile is real; a tile weighs as much.
    first_k, part_k, …
        For each index along an axis: the tile before it, and how far on the way to the next one it lies.
    """
    bins = maps.shape[3] - 1
    for k in range(values.shape[0]):
        for j in range(values.shape[1]):
            for i in range(values.shape[2]):
                place = min(max((values[k, j, i] - low) * scale, 0.0), float(bins))
                at = min(int(place), bins - 1)
                rest = place - at
                total, weight = 0.0, 0.0
                for c in range(8):
                    dk, dj, di = c >> 2, c >> 1 & 1, c & 1
                    w = part_k[k] if dk else 1 - part_k[k]
                    w *= part_j[j] if dj else 1 - part_j[j]
                    w *= part_i[i] if di else 1 - part_i[i]
                    if w == 0:
                        continue
                    a, b, d = first_k[k] + dk, first_j[j] + dj, first_i[i] + di
                    w *= shares[a, b, d]
                    total += w * (maps[a, b, d, at] * (1 - rest) + maps[a, b, d, at + 1] * rest)
                    weight += w
                out[k, j, i] = total / weight if weight > 0 else 0.0
