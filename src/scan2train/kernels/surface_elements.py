"""The surface of one label of a mask: corners between voxels that it passes, or the outermost voxels themselves.

All arrays are ``(k, j, i)`` in C order. Beyond the box that is looked at is background.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner, outer

_NONE, _ALL = np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF)


@inner
def _load(mask, value, k, box, plane):
    """Where plane ``k`` of the mask holds the label, with a rim of 0; nothing beyond the box."""
    k0, k1, j0, j1, i0, i1 = box
    if k < k0 or k >= k1:
        plane[:] = 0
        return
    for j in range(j0, j1):
        row = mask[k, j, i0:i1]
        line = plane[j - j0 + 1, 1 : 1 + i1 - i0]
        for i in range(row.shape[0]):
            line[i] = row[i] == value


@inner
def _codes(a, b, c, d, line):
    """The eight voxels around each corner as bits: rows before and behind along j, of the plane before and behind."""
    for i in range(line.shape[0]):
        line[i] = (
            a[0][i] | a[1][i] << 1 | b[0][i] << 2 | b[1][i] << 3 | c[0][i] << 4 | c[1][i] << 5
            | d[0][i] << 6 | d[1][i] << 7
        )  # fmt: skip


@inner
def _outermost(before, here, after, j, flat, line):
    """Voxels of the label with background across one of their faces; axes of one voxel have no such faces."""
    own, left, right = here[j, 1:-1], here[j, :-2], here[j, 2:]
    up, down = here[j - 1, 1:-1], here[j + 1, 1:-1]
    front, back = before[j, 1:-1], after[j, 1:-1]
    for i in range(line.shape[0]):
        inside = (
            ((front[i] & back[i]) | flat[0])
            & ((up[i] & down[i]) | flat[1])
            & ((left[i] & right[i]) | flat[2])
        )
        line[i] = own[i] & (inside ^ 1)


@outer
def surface_elements(mask, value, box, flat, by_voxel):
    """All elements of the surface, in the order of memory.

    Parameters
    ----------
    box
        First and past-last index along k, j and i (``int64``) that hold all of the label.
    flat
        1 for each of the axes k, j, i along which there is but one voxel and the label has no faces, else 0
        (``uint8``).
    by_voxel
        Whether voxels are wanted; else corners, of which there is one more along each axis that is not flat.

    Returns
    -------
    Flat indices within the box (of voxels or corners), the bits of each (for voxels 1), and for each plane which is
    the first.
    """
    k0, k1, j0, j1, i0, i1 = box
    nk, nj, ni = k1 - k0, j1 - j0, i1 - i0
    corner = 0 if by_voxel else 1
    rows, width = nj + corner * (1 - flat[1]), ni + corner * (1 - flat[2])
    planes = nk + corner * (1 - flat[0])
    starts = np.zeros(planes + 1, np.int64)
    places, bits = np.empty(1024, np.int64), np.empty(1024, np.uint8)
    count = 0
    before = np.zeros((nj + 2, ni + 2), np.uint8)
    here, after = np.zeros_like(before), np.zeros_like(before)
    whole = np.zeros((width + 7) // 8 * 8, np.uint8)
    line, words = whole[:width], whole.view(np.uint64)
    _load(mask, value, k0, box, here)
    for k in range(planes):
        if by_voxel:
            _load(mask, value, k0 + k + 1, box, after)
        elif flat[0]:
            before[:] = here
        for j in range(rows):
            if by_voxel:
                _outermost(before, here, after, j + 1, flat, line)
            else:
                f, g = j + flat[1], flat[2]
                _codes(
                    (before[f, g:], before[f, 1:]), (before[j + 1, g:], before[j + 1, 1:]),
                    (here[f, g:], here[f, 1:]), (here[j + 1, g:], here[j + 1, 1:]), line,
                )  # fmt: skip
            if count + width > places.shape[0]:
                more = np.empty(2 * places.shape[0] + width, np.int64)
                more[:count] = places[:count]
                more_bits = np.empty(more.shape[0], np.uint8)
                more_bits[:count] = bits[:count]
                places, bits = more, more_bits
            begin = (k * rows + j) * width
            for w in range(words.shape[0]):
                if words[w] in (_NONE, _ALL):
                    continue
                for i in range(8 * w, min(8 * w + 8, width)):
                    if line[i] not in (0, 255):
                        places[count] = begin + i
                        bits[count] = line[i]
                        count += 1
        starts[k + 1] = count
        if by_voxel:
            before, here, after = here, after, before
        else:
            before, here = here, before
            _load(mask, value, k0 + k + 1, box, here)
    return places[:count], bits[:count], starts
