"""How large the piece of surface is that passes between eight voxels.

The elements of Nikolov et al. (J Med Internet Res 2021, 23:e26151; first 2018, arXiv:1809.04430): a surface that
separates the voxels of a mask from the others passes between eight neighbouring centres as triangles between the
midpoints of their edges (marching cubes). Each of the 256 ways of filling the eight is one of 22, turned or mirrored.

:mod:`scan2train.measures.cell_surfaces` has another table for the features of IBSI: there voxels that touch at an edge
are one piece, here the published table parts them. 92 of the 256 ways have another area, up to three times as large.
"""

from __future__ import annotations

from functools import cache
from itertools import permutations, product

import numpy as np
import numpy.typing as npt

#: For one of each kind its triangles: the size of their area vectors along k, j and i, in eighths of a voxel's face.
#: The key's bits are the voxels: 1 for i, 2 for j and 4 for k name the bit.
_KINDS: dict[int, tuple[tuple[int, int, int], ...]] = {
    0b00000000: (),
    0b00000001: ((1, 1, 1),),
    0b00000011: ((2, 2, 0), (2, 2, 0)),
    0b00000110: ((1, 1, 1), (1, 1, 1)),
    0b00000111: ((1, 1, 1), (2, 2, 2), (4, 0, 0)),
    0b00001111: ((4, 0, 0), (4, 0, 0)),
    0b00010110: ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    0b00010111: ((1, 1, 1), (1, 1, 1), (2, 2, 2), (2, 2, 2)),
    0b00011000: ((1, 1, 1), (1, 1, 1)),
    0b00011001: ((0, 2, 2), (0, 2, 2), (1, 1, 1)),
    0b00011011: ((0, 2, 2), (1, 1, 1), (2, 0, 2), (3, 3, 3)),
    0b00011110: ((1, 1, 1), (1, 1, 1), (2, 2, 2), (4, 0, 0)),
    0b00011111: ((1, 1, 1), (2, 2, 2), (4, 0, 0)),
    0b00111100: ((2, 2, 0), (2, 2, 0), (2, 2, 0), (2, 2, 0)),
    0b00111101: ((1, 1, 1), (2, 2, 0), (2, 2, 0)),
    0b00111111: ((2, 2, 0), (2, 2, 0)),
    0b01101001: ((1, 1, 1), (1, 1, 1), (1, 1, 1), (1, 1, 1)),
    0b01101011: ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    0b01101111: ((1, 1, 1), (1, 1, 1)),
    0b01111110: ((1, 1, 1), (1, 1, 1)),
    0b01111111: ((1, 1, 1),),
    0b11111111: (),
}
_MOST = 4


def element_areas(steps: tuple[float, float, float]) -> npt.NDArray[np.float64]:
    """``(256,)``: the area of the element of each way of filling, in the square of the unit of ``steps`` (k, j, i)."""
    k, j, i = steps
    areas: npt.NDArray[np.float64] = np.linalg.norm(_vectors() * (j * i, k * i, k * j), axis=2).sum(axis=1)
    return areas


@cache
def _vectors() -> npt.NDArray[np.float64]:
    """``(256, 4, 3)``: area vectors by size along k, j, i, for voxels of edge 1; the sign makes no area."""
    vectors = np.zeros((256, _MOST, 3))
    bits = 1 << np.arange(8).reshape(2, 2, 2)
    for kind, triangles in _KINDS.items():
        filled = (kind & bits) > 0
        for order, flips in product(permutations(range(3)), product((1, -1), repeat=3)):
            turned = filled.transpose(order)[tuple(slice(None, None, flip) for flip in flips)]
            way = int((turned * bits).sum())
            for n, triangle in enumerate(triangles):
                vectors[way, n] = [triangle[axis] / 8 for axis in order]
    return vectors
