"""How brightness changes slowly over a picture: N4 (Tustison et al., IEEE TMI 29:1310, 2010) on a regular grid.

The equations and constants are those of ITK's N4BiasFieldCorrectionImageFilter. Its fit of scattered points costs
64 sums a voxel; on a regular grid the spline is a product of three, one along each axis, and so are the sums.
All sums are in a fixed order, so that the same picture gives the same field to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.sampling.bspline import cubic_bsplines
from scan2train.volume import Array, Mask

_BINS = 200
_PADDED = 512
#: Share of noise in the Wiener filter that takes the blur out of the histogram.
_WIENER = 0.01
#: A level ends when the field changes by less than this part (standard deviation by mean).
_CONVERGED = 0.001


def log_bias(
    values: Array, mask: Mask, spans: tuple[int, int, int], iterations: tuple[int, ...], fwhm: float
) -> Array:
    """Logarithm of the field by which true values were multiplied, up to a constant.

    Parameters
    ----------
    values
        Any three axes; above 0 where ``mask`` is set.
    mask
        The voxels that count.
    spans
        Pieces of the cubic spline along each axis at the first level; twice as many at each next one.
    iterations
        At most so many steps at each level.
    fwhm
        Full width at half maximum of the blur that the field means for the histogram, in log units.
    """
    log = np.log(values[mask].astype(np.float64))
    field = np.zeros(values.shape)
    residual = np.zeros(values.shape)
    for level, most in enumerate(iterations):
        spline = _Spline.over(mask, tuple(span << level for span in spans))
        for _ in range(most):
            flat = log - field[mask]
            residual[mask] = flat - _sharpened(flat, fwhm)
            change = spline.fit(residual)
            field += change
            ratio = np.exp(-change[mask])
            if ratio.std(ddof=1) / ratio.mean() <= _CONVERGED:
                break
    return field


@dataclass(frozen=True, eq=False)
class _Spline:
    """One level of a uniform cubic B-spline: ``basis[axis][n, c]`` is the weight of control point c at index n."""

    basis: tuple[Array, ...]
    weights: Array

    @classmethod
    def over(cls, mask: Mask, spans: tuple[int, ...]) -> _Spline:
        basis = tuple(
            cubic_bsplines(np.linspace(0, span, n), span) for n, span in zip(mask.shape, spans, strict=True)
        )
        return cls(basis, _project(mask.astype(np.float64), tuple(one**2 for one in basis)))

    def fit(self, residual: Array) -> Array:
        """The approximation of Lee, Wolberg and Shin (1997) to what is 0 where nothing counts, at all voxels."""
        parts = tuple(one**3 / (one**2).sum(axis=1, keepdims=True) for one in self.basis)
        sums = _project(residual, parts)
        lattice = np.divide(sums, self.weights, out=np.zeros_like(sums), where=self.weights > 0)
        return _project(lattice, tuple(one.T for one in self.basis))


def _project(values: Array, tables: tuple[Array, ...]) -> Array:
    """Sum over each axis with its ``(n, c)`` table; the axes keep their order."""
    for table in tables:
        # einsum adds in one order whatever the number of threads, which a library for matrices does not promise.
        values = np.einsum("abc,ad->bcd", values, table)
    return values


def _sharpened(log: Array, fwhm: float) -> Array:
    """What each value most likely was before the histogram was blurred by a Gaussian (Sled et al. 1998)."""
    low, high = float(log.min()), float(log.max())
    if not low < high:
        return log
    step = (high - low) / (_BINS - 1)
    place = (log - low) / step
    at = np.minimum(place.astype(int), _BINS - 2)
    rest = place - at
    offset = (_PADDED - _BINS) // 2
    counts = np.zeros(_PADDED)
    counts[offset : offset + _BINS] = np.bincount(at, 1 - rest, _BINS) + np.bincount(at + 1, rest, _BINS)
    width = fwhm / step
    away = np.minimum(np.arange(_PADDED), _PADDED - np.arange(_PADDED))
    blur = np.fft.fft(2 * np.sqrt(np.log(2) / np.pi) / width * np.exp(-4 * np.log(2) * (away / width) ** 2))
    wiener = np.conj(blur) / (np.conj(blur) * blur + _WIENER)
    true = np.maximum(np.fft.ifft(np.fft.fft(counts) * wiener).real, 0)
    centres = low + (np.arange(_PADDED) - offset) * step
    above = np.fft.ifft(np.fft.fft(centres * true) * blur).real
    below = np.fft.ifft(np.fft.fft(true) * blur).real
    expected = np.divide(above, below, out=np.zeros_like(above), where=below != 0)[offset : offset + _BINS]
    made: Array = expected[at] + (expected[at + 1] - expected[at]) * rest
    return made
