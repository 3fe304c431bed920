"""Where a fault shows: the planes of a volume in which somebody sees what a finding says.

Each function gives planes to be drawn side by side; what is wrong is marked as a label is, with the value 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scan2train.figures.planes import PlaneName, cut
from scan2train.grid import Grid, closest_axes

if TYPE_CHECKING:
    from scan2train.figures.planes import Plane
    from scan2train.figures.window import Window
    from scan2train.volume import Labels, Mask, Volume

#: For a world axis the plane across it, and one that holds it.
_ACROSS: tuple[PlaneName, ...] = ("sagittal", "coronal", "axial")
_ALONG: tuple[PlaneName, ...] = ("axial", "sagittal", "sagittal")


def uneven_slices(regular: Volume) -> tuple[Plane, ...]:
    """The real slices laid one on the other, and all of them where they lie.

    ``regular`` was resampled from uneven slices; the slices that are false in ``valid`` everywhere were invented, and
    are marked.
    """
    everywhere = np.ones(regular.grid.shape, np.bool_) if regular.valid is None else regular.valid
    real = everywhere.any(axis=(0, 1))
    stacked = regular.array[:, :, real]
    grid = Grid((*regular.grid.shape[:2], int(real.sum())), regular.grid.affine, regular.grid.physical)
    invented = np.broadcast_to(~real, everywhere.shape).astype(np.uint8)
    name = _ALONG[_world_of_k(regular.grid)]
    return (
        cut(stacked, grid, name, _middle(grid)),
        cut(regular.array, regular.grid, name, _middle(regular.grid), invented),
    )


def tilted_slices(tilted: Volume, straight: Volume) -> tuple[Plane, ...]:
    """The slices stacked straight, as readers do that lose the shear, and where they lie."""
    axes = tilted.grid.affine[:3, :3].copy()
    normal = np.cross(axes[:, 0], axes[:, 1])
    normal /= np.linalg.norm(normal)
    axes[:, 2] = (axes[:, 2] @ normal) * normal
    affine = tilted.grid.affine.copy()
    affine[:3, :3] = axes
    lost = Grid(tilted.grid.shape, affine, tilted.grid.physical)
    name = _ALONG[_world_of_k(lost)]
    return (
        cut(tilted.array, lost, name, _middle(lost)),
        cut(straight.array, straight.grid, name, _middle(straight.grid)),
    )


def marked(volume: Volume, wrong: Mask) -> tuple[Plane, ...]:
    """The slice with the most ``wrong`` voxels, ``(i, j, k)``, without marks and with them; none without any."""
    counts = wrong.sum(axis=(0, 1))
    k = int(counts.argmax())
    if not counts[k]:
        return ()
    index = (0, 0, k)
    name = _ACROSS[_world_of_k(volume.grid)]
    plane = cut(volume.array, volume.grid, name, index, wrong.astype(np.uint8))
    return (replace(plane, outlines={}), plane)


def inverted(volume: Volume, window: Window) -> tuple[Plane, ...]:
    """A film as its values are, and as it is meant: with the signs of its greys turned around the window's centre."""
    name = _ACROSS[_world_of_k(volume.grid)]
    plane = cut(volume.array, volume.grid, name, _middle(volume.grid))
    return (plane, replace(plane, image=2 * window[0] - plane.image.astype(np.float64)))


def in_full(volume: Volume) -> tuple[Plane, ...]:
    """The middle slice alone, as large as it may be."""
    return (cut(volume.array, volume.grid, _ACROSS[_world_of_k(volume.grid)], _middle(volume.grid)),)


def smallest_piece(labels: Labels) -> tuple[Plane, ...]:
    """The slice through the smallest piece of any class, which is marked; other voxels of labels are white."""
    import cc3d

    pieces = cc3d.connected_components(np.array(labels.array, order="C"), connectivity=26)
    sizes = np.bincount(pieces.reshape(-1))
    sizes[0] = 0
    present = np.flatnonzero(sizes)
    if present.size < 2:
        return ()
    island = pieces == present[sizes[present].argmin()]
    i, j, k = (int(n) for n in np.argwhere(island)[0])
    name = _ACROSS[_world_of_k(labels.grid)]
    # A frame around it, as the piece itself may be a single voxel.
    around = np.zeros(labels.array.shape, np.uint8)
    reach = [max(3, n // 24) for n in labels.array.shape[:2]]
    low, high = (max(0, i - reach[0]), max(0, j - reach[1])), (i + reach[0] + 1, j + reach[1] + 1)
    around[low[0] : high[0], low[1] : high[1], k] = 1
    around[island] = 2
    shown = (labels.array != 0).astype(np.float32)
    return (cut(shown, labels.grid, name, (i, j, k), around),)


def _world_of_k(grid: Grid) -> int:
    return closest_axes(grid)[2][0]


def _middle(grid: Grid) -> tuple[int, int, int]:
    i, j, k = ((n - 1) // 2 for n in grid.shape)
    return i, j, k
