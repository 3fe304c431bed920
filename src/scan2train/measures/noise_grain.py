"""How fine the grain of a CT's noise is: what a reconstruction kernel leaves behind, whatever its name says."""

from __future__ import annotations

from typing import Final

import numpy as np

from scan2train.volume import Array, Volume

#: Bands in cycles/mm: what every kernel lets through; and what smooth ones have taken away and sharp ones raised.
LOW_BAND: Final = (0.12, 0.25)
HIGH_BAND: Final = (0.36, 0.50)
#: Pieces of tissue, mm wide: so that the low band has several frequencies.
_PIECE_MM: Final = 20.0
#: Slices looked at, spread over the volume; and pieces that are kept, those with the least variance.
_SLICES: Final = 24
_PIECES: Final = 160
#: Fewer pieces than this tell nothing.
_FEWEST: Final = 8
#: Mean HU of soft tissue and fat, and how far the quarters of a piece may be apart to be one tissue.
_TISSUE_HU: Final = (-140.0, 160.0)
_UNEVEN_HU: Final = 18.0
#: Below this standard deviation, noise is what rounding left, or was never there.
_LEAST_HU: Final = 2.0
_MOST_HU: Final = 180.0


def noise_grain(volume: Volume) -> float | None:
    """Noise power per area of frequency in :data:`HIGH_BAND` by that in :data:`LOW_BAND`, within the slices (i, j).

    The noise power spectrum is measured in pieces of even soft tissue, some 20 mm wide, after a plane was subtracted
    and a Hann window laid on (ICRU 87; Siewerdsen et al., Med Phys 2002): in cycles/mm, so that the spacing of pixels
    does not matter as long as it reaches 0.5 cycles/mm. White noise gives 1, smooth and standard kernels less, sharp
    ones much more.

    Parameters
    ----------
    volume
        In HU; slices along k, as scanners reconstruct them.

    Returns
    -------
    The ratio; ``None`` where it cannot be told: pixels larger than 1 mm, no HU or no millimetres, too little even
    tissue, or hardly any noise.
    """
    pieces = noise_pieces(volume)
    return None if pieces is None else _ratio(pieces, volume.grid.spacing[:2])


def noise_pieces(volume: Volume) -> Array | None:
    """Pieces ``(n, size_i, size_j)`` of even soft tissue, without the plane that fits each best: what is left is noise.

    ``None`` where :func:`noise_grain` cannot tell anything.
    """
    grid = volume.grid
    if not grid.physical or volume.unit != "HU" or volume.array.ndim != 3:
        return None
    spacing = grid.spacing[:2]
    if max(spacing) > 0.5 / HIGH_BAND[1] or min(spacing) < 0.05:
        return None
    size = (max(8, round(_PIECE_MM / spacing[0])), max(8, round(_PIECE_MM / spacing[1])))
    pieces = _even_pieces(volume, size)
    if len(pieces) < _FEWEST:
        return None
    flat = _without_plane(pieces)
    deviation = flat.std(axis=(1, 2))
    kept = np.argsort(deviation, kind="stable")[: min(_PIECES, max(_FEWEST, len(flat) // 2))]
    if not _LEAST_HU <= float(np.median(deviation[kept])) <= _MOST_HU:
        return None
    found: Array = flat[kept]
    return found


def _even_pieces(volume: Volume, size: tuple[int, int]) -> Array:
    """Pieces ``(n, size_i, size_j)`` of soft tissue, all of them real, none of which holds an edge that shows."""
    wide, high = size
    n_i, n_j = volume.grid.shape[0] // wide, volume.grid.shape[1] // high
    found = []
    slices = np.unique(np.linspace(0, volume.grid.shape[2] - 1, _SLICES).round().astype(int))
    for k in slices.tolist() if n_i and n_j else ():
        cut = volume.array[: n_i * wide, : n_j * high, k].astype(np.float32)
        tiles = cut.reshape(n_i, wide, n_j, high).transpose(0, 2, 1, 3).reshape(-1, wide, high)
        a, b = wide // 2, high // 2
        halves = (tiles[:, :a], tiles[:, a:])
        quarters = np.stack(
            [part.mean(axis=(1, 2)) for half in halves for part in (half[:, :, :b], half[:, :, b:])]
        )
        even = (np.ptp(quarters, axis=0) < _UNEVEN_HU) & (quarters.min(axis=0) > _TISSUE_HU[0])
        even &= quarters.max(axis=0) < _TISSUE_HU[1]
        if volume.valid is not None:
            real = volume.valid[: n_i * wide, : n_j * high, k].reshape(n_i, wide, n_j, high)
            even &= real.all(axis=(1, 3)).reshape(-1)
        found.append(tiles[even])
    return np.concatenate(found) if found else np.empty((0, wide, high), dtype=np.float32)


def _without_plane(pieces: Array) -> Array:
    """Subtract from each piece the plane that fits it best."""
    i = np.linspace(-1, 1, pieces.shape[1], dtype=np.float32)[:, None]
    j = np.linspace(-1, 1, pieces.shape[2], dtype=np.float32)[None, :]
    flat: Array = pieces - pieces.mean(axis=(1, 2), keepdims=True)
    for slope in (i + 0 * j, j + 0 * i):
        flat = flat - slope * ((flat * slope).sum(axis=(1, 2), keepdims=True) / (slope**2).sum())
    return flat


def _ratio(flat: Array, spacing: tuple[float, ...]) -> float | None:
    """The median over all pieces of power in the high band by power in the low band."""
    window = np.hanning(flat.shape[1])[:, None] * np.hanning(flat.shape[2])[None, :]
    power = np.abs(np.fft.rfft2(flat * window.astype(np.float32))) ** 2
    along_i = np.fft.fftfreq(flat.shape[1], spacing[0])
    along_j = np.fft.rfftfreq(flat.shape[2], spacing[1])
    frequency = np.hypot(along_i[:, None], along_j[None, :])
    low, high = (
        power[:, (frequency >= first) & (frequency <= last)].mean(axis=1)
        for first, last in (LOW_BAND, HIGH_BAND)
    )
    told = low > 0
    return float(np.median(high[told] / low[told])) if told.any() else None
