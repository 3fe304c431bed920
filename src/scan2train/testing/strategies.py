"""Grids, volumes and labels for hypothesis; the only place that needs it (``pip install hypothesis``).

Sizes and spacings differ on all axes, so that a pair of axes taken for one another never goes unseen.
"""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from scan2train.grid import Grid
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    import numpy.typing as npt
    from hypothesis.strategies import DrawFn, SearchStrategy

#: All 48 orientation codes.
ORIENTATIONS = tuple(
    "".join(letters) for pairs in permutations(("RL", "AP", "SI")) for letters in product(*pairs)
)


@st.composite
def grids(
    draw: DrawFn,
    *,
    min_size: int = 2,
    max_size: int = 12,
    oblique: bool = True,
    shear: bool = False,
    physical: bool = True,
) -> Grid:
    """Grids of three different sizes and spacings, along any axes of the patient.

    Parameters
    ----------
    draw
        Given by hypothesis.
    min_size, max_size
        Voxels along an axis.
    oblique
        Turn some of them by any angle.
    shear
        Tilt the stacking axis of some of them, by up to about 30 degrees.
    physical
        Whether they have patient geometry.
    """
    sizes = draw(st.lists(st.integers(min_size, max_size), min_size=3, max_size=3, unique=True))
    tenths = draw(st.lists(st.integers(3, 60), min_size=3, max_size=3, unique=True))
    axes = _axes_of(draw(st.sampled_from(ORIENTATIONS)))
    if oblique and draw(st.booleans()):
        turn = draw(st.tuples(*[st.integers(-180, 180)] * 3))
        axes = Rotation.from_euler("xyz", turn, degrees=True).as_matrix() @ axes
    steps = axes * (np.array(tenths) / 10)
    if shear and draw(st.booleans()):
        tilt = [draw(st.integers(-4, 4)) / 10 for _ in range(2)]
        steps[:, 2] += steps[:, 0] * tilt[0] + steps[:, 1] * tilt[1]
    affine = np.eye(4)
    affine[:3, :3] = steps
    affine[:3, 3] = [draw(st.integers(-3000, 3000)) / 10 for _ in range(3)]
    return Grid((sizes[0], sizes[1], sizes[2]), affine, physical)


@st.composite
def volumes(
    draw: DrawFn,
    *,
    on: SearchStrategy[Grid] | None = None,
    dtype: npt.DTypeLike = np.int16,
    low: float = -1024,
    high: float = 3071,
    unit: str = "a.u.",
    padding: bool = True,
) -> Volume:
    """Volumes of noise between ``low`` and ``high``; with ``padding`` some have voxels that are not valid."""
    grid = draw(grids() if on is None else on)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if np.dtype(dtype).kind in "iu":
        array = rng.integers(int(low), int(high), grid.shape, endpoint=True).astype(dtype)
    else:
        array = rng.uniform(low, high, grid.shape).astype(dtype)
    valid = rng.random(grid.shape) < 0.8 if padding and draw(st.booleans()) else None
    return Volume(array=array, grid=grid, unit=unit, valid=valid)


@st.composite
def labels(
    draw: DrawFn, *, on: SearchStrategy[Grid] | None = None, values: tuple[int, ...] = (0, 1, 2)
) -> Labels:
    """Labels of scattered boxes, each with one of ``values``."""
    grid = draw(grids() if on is None else on)
    array = np.zeros(grid.shape, dtype=np.uint8)
    for _ in range(draw(st.integers(0, 4))):
        ends = [sorted((draw(st.integers(0, n)), draw(st.integers(0, n)))) for n in grid.shape]
        array[tuple(slice(*end) for end in ends)] = draw(st.sampled_from(values))
    return Labels(array=array, grid=grid, names={value: f"label {value}" for value in values if value})


def _axes_of(orientation: str) -> npt.NDArray[np.float64]:
    axes = np.zeros((3, 3))
    for axis, letter in enumerate(orientation):
        world = next(n for n, pair in enumerate(("RL", "AP", "SI")) if letter in pair)
        axes[world, axis] = 1 if letter in "RAS" else -1
    return axes
