"""A coarse copy of a scan whose axes grow to the right, the front and the head, whatever those of the scan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from scan2train.grid import closest_axes
from scan2train.kernels.blocks import block_means, paint_blocks
from scan2train.volume import Array, Volume

#: What lies beyond is as dark, or as bright, as air and bone can be: metal and padding draw no mean away.
LOW_HU, HIGH_HU = -1150.0, 400.0
#: How fine depths are kept, mm; whole numbers make mirrored scans agree to the voxel.
_DEPTH_STEP_MM = 1 / 64
_SPECK_MM3 = 200.0
#: Below it is counted apart; as in ``kernels/blocks.py``.
_EMPHYSEMA_HU = -950
#: From this depth on blocks are drawn whatever the value: less is the unevenness of their own surface.
_DEEP_MM = 1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Lattice:
    """Blocks of whole voxels of a scan, along right, front and head (R, A, S).

    Parameters
    ----------
    source
        The scan's values as they lie in memory, int16 or float32, C order.
    real
        ``Volume.valid`` in the same order, or a single ``True``.
    order
        Which of ``i, j, k`` each axis of ``source`` is.
    axes
        For R, A and S: the axis of ``source``, and whether it grows that way.
    steps
        Voxels a block along each axis of ``source``.
    spacing
        mm between the middles of blocks along R, A, S.
    shape
        Blocks along R, A, S.
    """

    source: Array
    real: Array
    order: tuple[int, int, int]
    axes: tuple[tuple[int, bool], ...]
    steps: tuple[int, int, int]
    spacing: tuple[float, float, float]
    shape: tuple[int, int, int]

    @classmethod
    def of(cls, volume: Volume, step_mm: float) -> Self:
        """Blocks of at most ``step_mm`` a side, or of one voxel where that is larger."""
        source, real, order = in_memory(volume)
        # Rounded, so that a mirrored grid is cut as its twin is.
        spacing = [round(one, 6) for one in volume.grid.spacing]
        steps = [max(1, int(step_mm / spacing[axis] + 1e-6)) for axis in order]
        worlds = {world: (axis, sign > 0) for axis, (world, sign) in enumerate(closest_axes(volume.grid))}
        axes = tuple((order.index(worlds[world][0]), worlds[world][1]) for world in range(3))
        return cls(
            source=source,
            real=real,
            order=_three(order),
            axes=axes,
            steps=(steps[0], steps[1], steps[2]),
            spacing=_three([steps[at] * spacing[order[at]] for at, _ in axes]),
            shape=_three([-(-source.shape[at] // steps[at]) for at, _ in axes]),
        )

    @classmethod
    def like(cls, other: Lattice, step_mm: float) -> Lattice:
        """Other blocks of the same scan."""
        voxel = [0.0, 0.0, 0.0]
        for (at, _), spacing in zip(other.axes, other.spacing, strict=True):
            voxel[at] = spacing / other.steps[at]
        steps = [max(1, int(step_mm / one + 1e-6)) for one in voxel]
        return replace(
            other,
            steps=_three(steps),
            spacing=_three([steps[at] * voxel[at] for at, _ in other.axes]),
            shape=_three([-(-other.source.shape[at] // steps[at]) for at, _ in other.axes]),
        )

    @property
    def leads(self) -> tuple[int, int, int]:
        """Voxels of the first block along each axis of ``source``: blocks are counted from where R, A, S begin."""
        leads = list(self.steps)
        for at, rising in self.axes:
            if not rising:
                leads[at] = (
                    self.source.shape[at] - (-(-self.source.shape[at] // self.steps[at]) - 1) * self.steps[at]
                )
        return leads[0], leads[1], leads[2]

    def means(self, box: tuple[slice, slice, slice] | None = None) -> Array:
        """Mean HU of each block, float32 along R, A, S; of those in a ``box`` of blocks if one is given."""
        parts = box or tuple(slice(0, size) for size in self.shape)
        first, sizes = [0, 0, 0], [0, 0, 0]
        for (at, rising), part, size in zip(self.axes, parts, self.shape, strict=True):
            sizes[at] = part.stop - part.start
            first[at] = part.start if rising else size - part.stop
        out = np.empty(sizes, dtype=np.float32)
        masked = self.real.ndim == 3
        real = self.real if masked else self.real.reshape(1, 1, 1)
        block_means(
            self.source, real, masked, np.array(self.steps), np.array(self.leads), np.array(first), LOW_HU, HIGH_HU, out
        )  # fmt: skip
        return self.turned(out)

    def turned(self, array: Array) -> Array:
        """What lies as ``source`` does, along R, A, S; contiguous."""
        made = array.transpose([at for at, _ in self.axes])
        return np.ascontiguousarray(made[tuple(slice(None, None, 1 if up else -1) for _, up in self.axes)])

    def turned_back(self, array: Array) -> Array:
        """What lies along R, A, S as ``source`` does; contiguous."""
        flipped = array[tuple(slice(None, None, 1 if up else -1) for _, up in self.axes)]
        return np.ascontiguousarray(flipped.transpose(np.argsort([at for at, _ in self.axes])))


def in_memory(volume: Volume) -> tuple[Array, Array, list[int]]:
    """Values and mask in C order, and which of ``(i, j, k)`` each of their axes is; values as int16 or float32."""
    array: Any = volume.array
    order = sorted(range(3), key=lambda axis: -array.strides[axis])
    source = array.transpose(order)
    kind = np.int16 if source.dtype in (np.int16, np.int8, np.uint8) else np.float32
    source = np.ascontiguousarray(source, dtype=kind)
    real = np.ones(1, dtype=np.bool_)
    if volume.valid is not None:
        real = np.ascontiguousarray(volume.valid.transpose(order))
    # Compiled once: arrays that may be written to are another type.
    return _kept(source), _kept(real), order


def _kept(array: Array) -> Array:
    view = array.view()
    view.setflags(write=False)
    return view


def _three(values: Any) -> Any:
    a, b, c = values
    return a, b, c


def draw(
    lattice: Lattice, classes: Array, depth: Array, *, kept: int, limit: float, dark: bool
) -> tuple[Array, Array, Array]:
    """Classes of blocks, drawn on the voxels of the scan: uint8 ``(i, j, k)``.

    A voxel takes the class of the blocks around it, if that is one of the first ``kept`` and its value lies below
    ``limit`` (not ``dark``: above), or the blocks are deep within their class: ``depth`` mm, along R, A, S as
    ``classes`` is. Pieces of less than 0.2 ml, which the threshold leaves beside the border, are dropped.

    Returns
    -------
    The labels, and for each of them the voxels and those below −950 HU ``(8, 2)``, and the sum of the values.
    """
    source = lattice.source
    labels = np.zeros(source.shape, dtype=np.uint8)
    counts, sums = np.zeros((8, 2), dtype=np.int64), np.zeros(8)
    masked = lattice.real.ndim == 3
    real = lattice.real if masked else lattice.real.reshape(1, 1, 1)
    fine = np.rint(lattice.turned_back(depth) / _DEPTH_STEP_MM).astype(np.int32)
    deep = round(_DEEP_MM / _DEPTH_STEP_MM)
    paint_blocks(
        source, real, masked, np.array(lattice.steps), np.array(lattice.leads), lattice.turned_back(classes), fine,
        kept, limit, dark, deep, labels, counts, sums,
    )  # fmt: skip
    voxel = float(np.prod(lattice.spacing) / np.prod(lattice.steps))
    _drop_specks(labels, source, _SPECK_MM3 / voxel, counts, sums)
    return np.transpose(labels, np.argsort(lattice.order)), counts, sums


def _drop_specks(labels: Array, source: Array, least: float, counts: Array, sums: Array) -> None:
    """Take pieces of less than ``least`` voxels out of labels, and of what was counted in them."""
    import cc3d

    numbers, pieces = cc3d.connected_components(labels.T, connectivity=26, return_N=True)
    if pieces == np.count_nonzero(counts[:, 0]):
        return
    # Counting all voxels would be half of the work: pieces that are large among a few of them are large.
    some = np.bincount(numbers[::4, ::4, ::4].ravel(order="K"), minlength=pieces + 1)
    doubtful = labels != 0
    for large in np.flatnonzero(some[1:] >= least) + 1:
        doubtful &= large != numbers.T
    specks = np.flatnonzero(doubtful)
    piece = numbers.T.reshape(-1)[specks]
    specks = specks[np.bincount(piece, minlength=1)[piece] < least]
    flat, values = labels.reshape(-1), source.reshape(-1)[specks].astype(np.float64)
    names = flat[specks]
    counts[:, 0] -= np.bincount(names, minlength=len(counts))
    counts[:, 1] -= np.bincount(names[values < _EMPHYSEMA_HU], minlength=len(counts))
    sums -= np.bincount(names, weights=values, minlength=len(sums))
    flat[specks] = 0
