"""Where the patient is in a picture: found on a coarse copy, so that it costs next to nothing."""

from __future__ import annotations

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.volume import Array, Mask, Volume

#: Spacing of the coarse copy: fine enough for a body's outline, coarse enough for milliseconds.
COARSE_MM = 4.0
#: Pieces smaller than this share of the largest are not counted: tubes, a blanket's fold, a table's rail.
SMALL_PIECE = 0.05


def foreground_box(volume: Volume, above: float) -> tuple[tuple[int, int], ...]:
    """First and last index along i, j, k of what lies above ``above``, noise and thin shells left out.

    The outline is widened by one voxel of the coarse copy, so that nothing of the body is lost to coarseness.

    Raises
    ------
    Scan2TrainError
        If nothing lies above the threshold.
    """
    kept, strides = coarse_foreground(volume, above)
    box = []
    for axis, (stride, size) in enumerate(zip(strides, volume.grid.shape, strict=True)):
        where = np.flatnonzero(kept.any(axis=tuple(other for other in range(3) if other != axis)))
        first = (int(where[0]) - 1) * stride + stride // 2
        last = (int(where[-1]) + 1) * stride + stride // 2
        box.append((max(first, 0), min(last, size - 1)))
    return tuple(box)


def coarse_foreground(volume: Volume, above: float) -> tuple[Mask, tuple[int, ...]]:
    """What lies above ``above`` in pieces that are no shell, on a coarse copy, and how many voxels a step there is.

    Voxel ``n`` of the copy is voxel ``n × step + step // 2``. Raises as :func:`foreground_box`.
    """
    strides = _strides(volume, COARSE_MM)
    mask = _coarse(volume, strides) > above
    if volume.valid is not None:
        mask &= _every(volume.valid, strides)
    import cc3d

    thick = _opened(mask, _open_axes(strides, volume))
    pieces, count = cc3d.connected_components(np.asfortranarray(thick), connectivity=6, return_N=True)
    if count == 0:
        raise Scan2TrainError(
            "no foreground found",
            expected=f"a body above {above:g} {volume.unit}",
            found="nothing in one piece",
        )
    sizes = np.bincount(pieces.ravel(order="K"))  # in the order of memory: nothing is moved for it
    sizes[0] = 0
    kept: Array = (sizes >= SMALL_PIECE * sizes.max())[pieces]
    return kept, strides


def otsu_threshold(volume: Volume) -> float:
    """The threshold that parts the values into two classes of least variance (Otsu 1979), on a coarse copy.

    Raises
    ------
    Scan2TrainError
        If all real values are the same.
    """
    strides = _strides(volume, COARSE_MM / 2)
    values = _coarse(volume, strides)
    if volume.valid is not None:
        values = values[_every(volume.valid, strides)]
    values = values[np.isfinite(values)]
    if values.size == 0 or values.min() == values.max():
        raise Scan2TrainError(
            "no foreground found", expected="values that differ", found="one value everywhere"
        )
    counts, edges = np.histogram(values, bins=256)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * centres)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1 + int(np.nanargmax(spread[:-1]))])


def foreground_voxels(volume: Volume, *, whole: bool) -> Array:
    """Where :func:`foreground_values` takes its values, ``(i, j, k[, c])``."""
    real = np.ones(volume.grid.shape, dtype=np.bool_) if volume.valid is None else volume.valid
    real = np.broadcast_to(real.T, volume.array.T.shape).T
    return real if whole else real & (volume.array > otsu_threshold(volume))


def foreground_values(volume: Volume, *, whole: bool) -> Array:
    """The real values, flat; without ``whole`` only those above Otsu's threshold."""
    values: Array = (
        volume.array.T.reshape(-1) if volume.valid is None else volume.array[volume.valid].reshape(-1)
    )
    if not whole:
        values = values[values > otsu_threshold(volume)]
    if values.size == 0:
        raise Scan2TrainError("no real values to measure", found=volume)
    return values


def _spacing(volume: Volume) -> tuple[float, float, float]:
    # A pixel grid has no millimetres: a coarse copy of some 128 voxels a side serves as well.
    if volume.grid.physical:
        return volume.grid.spacing
    a, b, c = (COARSE_MM * 128 / size for size in volume.grid.shape)
    return a, b, c


def _strides(volume: Volume, step_mm: float) -> tuple[int, ...]:
    """Voxels to a step of the coarse copy; thin stacks keep at least four planes, if they have them."""
    return tuple(
        max(1, min(round(step_mm / spacing), size // 4))
        for spacing, size in zip(_spacing(volume), volume.grid.shape, strict=True)
    )


def _every(array: Array, strides: tuple[int, ...]) -> Array:
    return array[tuple(slice(stride // 2, None, stride) for stride in strides)]


def _coarse(volume: Volume, strides: tuple[int, ...]) -> Array:
    coarse = _every(volume.array, strides)
    if coarse.ndim == 4:
        coarse = coarse.mean(axis=3)
    return coarse


def _open_axes(strides: tuple[int, ...], volume: Volume) -> list[int]:
    """The axes that are long enough and fine enough to be opened along."""
    spacing = _spacing(volume)
    return [
        axis
        for axis, stride in enumerate(strides)
        if volume.grid.shape[axis] // stride >= 5 and stride * spacing[axis] <= 2 * COARSE_MM
    ]


def _opened(mask: Mask, axes: list[int]) -> Mask:
    """Morphological opening with a cross of three voxels along each of ``axes``; beyond the faces there is nothing."""
    thin = mask.copy(order="K")
    for axis in axes:
        here, eroded = np.moveaxis(mask, axis, 0), np.moveaxis(thin, axis, 0)
        eroded[1:] &= here[:-1]
        eroded[:-1] &= here[1:]
        eroded[[0, -1]] = False
    thick = thin.copy(order="K")
    for axis in axes:
        here, widened = np.moveaxis(thin, axis, 0), np.moveaxis(thick, axis, 0)
        widened[1:] |= here[:-1]
        widened[:-1] |= here[1:]
    return thick
