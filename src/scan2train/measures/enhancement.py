"""Whether a CT of the trunk shows contrast agent in its vessels, told from the picture alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cc3d
import numpy as np
from scipy import ndimage

from scan2train.volume import Array, Volume

#: Blood without agent is 30 to 60 HU, and nothing soft is brighter than 80; bright vessels begin at 130.
BRIGHT_HU: Final = 130.0
DARK_HU: Final = 80.0
#: Above this it is metal, cortical bone or what was swallowed.
_TOO_BRIGHT_HU: Final = 700.0
#: Voxels of the coarse copy: small beside an aorta, large enough to average noise away.
_STEP_MM: Final = 3.0
_THICKEST_MM: Final = 7.5
#: A trunk is so wide on average, and so much of it must be in view.
_TRUNK_CM2: Final = 300.0
_TRUNK_MM: Final = 60.0
#: What is left of a vessel, or of a heart or a kidney, 4 mm within its wall.
_BRIGHT_ML: Final = 3.0
_DIM_ML: Final = 5.0
#: What is smaller is noise, a small vessel or a rib, of which there are hundreds.
_PIECE_ML: Final = 0.5
#: So many places tell how far a body reaches.
_PLACES: Final = 50_000
#: Blood is as even as other soft tissue; the inside of bone is not.
_EVEN: Final = 1.5
#: And all around it is softer than bone: so much of its shell at least is darker than itself.
_DARKER_AROUND: Final = 0.7
#: Spine and breastbone: within so many mm of the middle, and behind or before these parts of the way to the back.
_MIDDLE_MM: Final = 40.0
_SPINE_FROM: Final = 0.62
_STERNUM_TO: Final = 0.18


@dataclass(frozen=True, slots=True, kw_only=True)
class Enhancement:
    """Whether blood is bright (``None``: cannot be told), and how bright: the median of what was found, HU."""

    seen: bool | None
    bright_hu: float | None = None
    volume_ml: float = 0.0


_UNTOLD: Final = Enhancement(seen=None)


def enhancement(volume: Volume) -> Enhancement:
    """Look for large, even, bright pieces within the soft tissue of a trunk that are not bone.

    On a copy of some 3 mm: pieces between 130 and 700 HU whose voxels lie within their wall, which are as even as
    soft tissue, lie in what is darker, and are not where the spine and the breastbone are. Without any, and nothing
    even above 80 HU, there is no agent in the vessels.

    Parameters
    ----------
    volume
        In HU, in any orientation.

    Returns
    -------
    ``seen`` is ``None`` where it cannot be told: not in HU or in mm, no trunk (a head, a limb, a narrow field of
    view, a slab of less than 60 mm), slices further apart than 7.5 mm, or blood between 80 and 130 HU.
    """
    grid = volume.grid
    if not grid.physical or volume.unit != "HU" or volume.array.ndim != 3 or max(grid.spacing) > _THICKEST_MM:
        return _UNTOLD
    steps = tuple(max(1, round(_STEP_MM / spacing)) for spacing in grid.spacing)
    if any(size // step < 8 for size, step in zip(grid.shape, steps, strict=True)):
        return _UNTOLD
    mean, deviation = _coarse(volume, steps)
    spacing = tuple(s * step for s, step in zip(grid.spacing, steps, strict=True))
    body = _largest(mean > -300)
    if not body.any():
        return _UNTOLD
    places = np.argwhere(body)
    # One voxel's way along x, y and z of the patient; where the coarse voxels start does not matter here.
    affine = grid.affine[:3, :3] * np.array(steps)
    low, high = np.percentile(places[:: max(1, len(places) // _PLACES)] @ affine.T, (1, 99), axis=0)
    ml = float(np.prod(spacing)) / 1000
    if high[2] - low[2] < _TRUNK_MM or len(places) * ml / ((high[2] - low[2]) / 10) < _TRUNK_CM2:
        return _UNTOLD
    even = _evenness(mean, deviation, body)
    if even is None:
        return _UNTOLD
    trunk = _Trunk(affine=affine, low=low, high=high, least=_PIECE_ML / ml)
    bright = _pieces(mean, deviation, even, BRIGHT_HU, trunk)
    total = sum(n for n, _ in bright) * ml
    if total >= _BRIGHT_ML:
        hu = float(np.average([hu for _, hu in bright], weights=[n for n, _ in bright]))
        return Enhancement(seen=True, bright_hu=hu, volume_ml=total)
    dim = sum(n for n, _ in _pieces(mean, deviation, even, DARK_HU, trunk)) * ml
    return Enhancement(seen=None if bright or dim >= _DIM_ML else False, volume_ml=total)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trunk:
    """``affine`` of the coarse voxels, the ends of the body in mm, and how many voxels a piece has at least."""

    affine: Array
    low: Array
    high: Array
    least: float

    def is_bone(self, places: Array) -> bool:
        """Whether the middle of these voxels lies where spine or breastbone do: y of the patient grows to the front."""
        x, y, _ = (places @ self.affine.T).mean(axis=0)
        depth = (self.high[1] - y) / (self.high[1] - self.low[1])
        middle = abs(x - (self.low[0] + self.high[0]) / 2) < _MIDDLE_MM
        return bool(middle and not _STERNUM_TO < depth < _SPINE_FROM)


def _coarse(volume: Volume, steps: tuple[int, ...]) -> tuple[Array, Array]:
    """Mean of blocks of so many voxels, hardly smoothed, and the standard deviation in 3 × 3 × 3 of them."""
    a, b, c = (size // step for size, step in zip(volume.grid.shape, steps, strict=True))
    total, squares = np.zeros((2, a, b, c), dtype=np.float32)
    for k in range(c):
        moments = np.zeros((2, b * steps[1], a * steps[0]), dtype=np.float32)
        for n in range(k * steps[2], (k + 1) * steps[2]):
            cut = (slice(a * steps[0]), slice(b * steps[1]), n)
            plane = volume.array[cut].T.astype(np.float32)
            if volume.valid is not None:
                plane[~volume.valid[cut].T] = -1000
            moments[0] += plane
            moments[1] += np.square(plane, out=plane)
        total[:, :, k], squares[:, :, k] = (_blocks(moment, steps[0], steps[1]).T for moment in moments)
    n = steps[0] * steps[1] * steps[2]
    around, square = (ndimage.uniform_filter(moment / n, 3) for moment in (total, squares))
    return ndimage.gaussian_filter(total / n, 0.7), np.sqrt(np.maximum(square - around**2, 0))


def _blocks(plane: Array, wide: int, high: int) -> Array:
    """Sums of blocks of a plane (rows, columns): whole rows first, as numpy is slow at sums over short axes."""
    rows = plane[::high].copy()
    for n in range(1, high):
        rows += plane[n::high]
    sums: Array = rows[:, ::wide].copy()
    for n in range(1, wide):
        sums += rows[:, n::wide]
    return sums


def _largest(mask: Array) -> Array:
    pieces, count = cc3d.connected_components(np.asfortranarray(mask), connectivity=6, return_N=True)
    if not count:
        return mask
    largest: Array = pieces == 1 + int(np.bincount(pieces.ravel())[1:].argmax())
    return largest


def _evenness(mean: Array, deviation: Array, body: Array) -> float | None:
    """The usual standard deviation within soft tissue; ``None`` if there is hardly any."""
    soft = body & (mean > 0) & (mean < 90)
    soft &= ndimage.binary_erosion(soft)
    return float(np.median(deviation[soft])) if soft.sum() > 200 else None


def _pieces(
    mean: Array, deviation: Array, even: float, above: float, trunk: _Trunk
) -> list[tuple[int, float]]:
    """Number of voxels and median HU of each piece that is neither small nor bone nor edge."""
    inside = ndimage.binary_erosion((mean > above) & (mean < _TOO_BRIGHT_HU), structure=np.ones((3, 3, 3)))
    pieces, count = cc3d.connected_components(np.asfortranarray(inside), connectivity=6, return_N=True)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    found = []
    for number, box in enumerate(ndimage.find_objects(pieces, max_label=count), start=1):
        if sizes[number] < trunk.least:
            continue
        wide = tuple(slice(max(part.start - 3, 0), part.stop + 3) for part in box)
        own = pieces[wide] == number
        near = ndimage.binary_dilation(own, iterations=3) & ~ndimage.binary_dilation(own, iterations=2)
        median = float(np.median(mean[wide][own]))
        places = np.argwhere(own) + [part.start for part in wide]
        if (
            np.median(deviation[wide][own]) <= max(_EVEN * even, 3.0)
            and near.any()
            and (mean[wide][near] < median - 30).mean() >= _DARKER_AROUND
            and not trunk.is_bone(places)
        ):
            found.append((int(sizes[number]), median))
    return found
