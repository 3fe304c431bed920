"""A coarse, even copy of a CT of the trunk, and the pieces of it that are bright and no bone.

:mod:`scan2train.measures.trunk` finds the trunk, too, and more carefully: without table and clothes, and with what it
encloses. Here the largest piece is enough, for how far a body reaches; what is looked at are means with deviations in
blocks along the scan's own axes, which the :class:`~scan2train.measures.lattice.Lattice` of the other does not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy import ndimage

from scan2train.measures.distances import pieces_of
from scan2train.volume import Array, Volume

#: Above this it is metal, cortical bone or what was swallowed.
TOO_BRIGHT_HU: Final = 700.0
#: Voxels of the coarse copy: small beside an aorta, large enough to average noise away.
_STEP_MM: Final = 3.0
_THICKEST_MM: Final = 7.5
#: A trunk is so wide on average, and so much of it must be in view.
_TRUNK_CM2: Final = 300.0
_TRUNK_MM: Final = 60.0
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
class Piece:
    """A bright piece within its wall: its voxels and ml, its median HU, and where its middle lies.

    ``aside_mm`` is to the patient's right of the body's middle, ``depth`` the part of the way from front to back,
    ``up`` the part of the way from the lower end of what is in view to the upper one, ``tall_mm`` its height.
    """

    voxels: int
    ml: float
    hu: float
    aside_mm: float
    depth: float
    up: float
    tall_mm: float

    @property
    def is_bone(self) -> bool:
        """Whether it lies where spine or breastbone do."""
        return abs(self.aside_mm) < _MIDDLE_MM and not _STERNUM_TO < self.depth < _SPINE_FROM


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoarseTrunk:
    """``mean`` and ``deviation`` ``(i, j, k)`` of coarse voxels in HU; where the ``body`` is, and its ends in mm.

    ``affine`` (3 × 3) is one coarse voxel's way along x, y and z of the patient, ``even`` the usual deviation within
    soft tissue, ``ml`` what a voxel holds.
    """

    mean: Array
    deviation: Array
    body: Array
    affine: Array
    low: Array
    high: Array
    even: float
    ml: float

    @classmethod
    def of(cls, volume: Volume) -> Self | None:
        """The copy, of some 3 mm.

        ``None`` for what is not in HU or in mm, for no trunk (a head, a limb, a narrow field of view, a slab of less
        than 60 mm), and where slices are further apart than 7.5 mm.
        """
        grid = volume.grid
        if (
            not grid.physical
            or volume.unit != "HU"
            or volume.array.ndim != 3
            or max(grid.spacing) > _THICKEST_MM
        ):
            return None
        steps = tuple(max(1, round(_STEP_MM / spacing)) for spacing in grid.spacing)
        if any(size // step < 8 for size, step in zip(grid.shape, steps, strict=True)):
            return None
        mean, deviation = _coarse(volume, steps)
        spacing = tuple(s * step for s, step in zip(grid.spacing, steps, strict=True))
        body = _largest(mean > -300)
        if not body.any():
            return None
        places = np.argwhere(body)
        # Where the coarse voxels start does not matter here.
        affine = grid.affine[:3, :3] * np.array(steps)
        low, high = np.percentile(places[:: max(1, len(places) // _PLACES)] @ affine.T, (1, 99), axis=0)
        ml = float(np.prod(spacing)) / 1000
        tall = high[2] - low[2]
        if tall < _TRUNK_MM or len(places) * ml / (tall / 10) < _TRUNK_CM2:
            return None
        even = _evenness(mean, deviation, body)
        if even is None:
            return None
        return cls(
            mean=mean,
            deviation=deviation,
            body=body,
            affine=affine,
            low=low,
            high=high,
            even=even,
            ml=ml,
        )

    def where(self) -> tuple[Array, Array]:
        """``aside_mm`` and ``depth`` of every voxel, as :class:`Piece` has them."""
        index = np.ogrid[tuple(slice(size) for size in self.mean.shape)]
        x, y, z = (sum(step * at for step, at in zip(row, index, strict=True)) for row in self.affine)
        aside, depth, _ = self._relative(x, y, z)
        return aside, depth

    def _relative(self, x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
        """Y of the patient grows to the front."""
        tall = self.high - self.low
        return x - (self.low[0] + self.high[0]) / 2, (self.high[1] - y) / tall[1], (z - self.low[2]) / tall[2]

    def pieces(
        self, above: float, below: float = TOO_BRIGHT_HU, darker_around: float = _DARKER_AROUND
    ) -> list[Piece]:
        """The pieces of these values that are as even as soft tissue, lie in what is darker, and are not small.

        ``darker_around`` is how much of what lies around a piece must be darker.
        """
        inside = ndimage.binary_erosion(
            (self.mean > above) & (self.mean < below), structure=np.ones((3, 3, 3))
        )
        labels, sizes = pieces_of(inside)
        found = []
        for number, box in enumerate(ndimage.find_objects(labels, max_label=len(sizes) - 1), start=1):
            if sizes[number] < _PIECE_ML / self.ml:
                continue
            wide = tuple(slice(max(part.start - 3, 0), part.stop + 3) for part in box)
            own = labels[wide] == number
            near = ndimage.binary_dilation(own, iterations=3) & ~ndimage.binary_dilation(own, iterations=2)
            median = float(np.median(self.mean[wide][own]))
            if (
                np.median(self.deviation[wide][own]) > max(_EVEN * self.even, 3.0)
                or not near.any()
                or (self.mean[wide][near] < median - 30).mean() < darker_around
            ):
                continue
            places = (np.argwhere(own) + [part.start for part in wide]) @ self.affine.T
            aside, depth, up = self._relative(*places.mean(axis=0))
            found.append(
                Piece(
                    voxels=int(sizes[number]),
                    ml=float(sizes[number] * self.ml),
                    hu=median,
                    aside_mm=float(aside),
                    depth=float(depth),
                    up=float(up),
                    tall_mm=float(np.ptp(places[:, 2])),
                )
            )
        return found


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
    pieces, sizes = pieces_of(mask)
    if len(sizes) == 1:
        return mask
    largest: Array = pieces == 1 + int(sizes[1:].argmax())
    return largest


def _evenness(mean: Array, deviation: Array, body: Array) -> float | None:
    """The usual standard deviation within soft tissue; ``None`` if there is hardly any."""
    soft = body & (mean > 0) & (mean < 90)
    soft &= ndimage.binary_erosion(soft)
    return float(np.median(deviation[soft])) if soft.sum() > 200 else None
