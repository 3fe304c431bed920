"""The power spectrum of a CT's noise, within its slices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scan2train.measures.noise_grain import noise_pieces
from scan2train.volume import Array, Volume

_BIN: Final = 0.04  # 1/mm


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NoiseSpectrum:
    """Power in HU² mm² at frequencies in 1/mm, over all directions; ``deviation_hu`` of the noise."""

    frequency: Array
    power: Array
    deviation_hu: float

    @property
    def mean_frequency(self) -> float:
        """Of the radial spectrum, in 1/mm: what a kernel keeps of it says how fine its noise is."""
        return float((self.frequency * self.power).sum() / self.power.sum())


def noise_spectrum(volume: Volume) -> NoiseSpectrum | None:
    """Measure in the same pieces of even soft tissue as :func:`~scan2train.measures.noise_grain.noise_grain`.

    Returns
    -------
    The radial mean of the two-dimensional spectrum up to the lower of the two Nyquist frequencies; ``None`` where it
    cannot be told.
    """
    pieces = noise_pieces(volume)
    if pieces is None:
        return None
    spacing = volume.grid.spacing
    window = np.hanning(pieces.shape[1])[:, None] * np.hanning(pieces.shape[2])[None, :]
    power = (np.abs(np.fft.fft2(pieces * window)) ** 2).mean(axis=0)
    power *= spacing[0] * spacing[1] / (window**2).sum()
    along = (np.fft.fftfreq(n, step) for n, step in zip(pieces.shape[1:], spacing[:2], strict=True))
    radius = np.hypot(*np.ix_(*along))
    bins = np.floor(radius / _BIN).astype(int)
    count = int(0.5 / max(spacing[:2]) / _BIN)
    inside = bins < count
    total = np.bincount(bins[inside], power[inside], minlength=count)
    number = np.bincount(bins[inside], minlength=count)
    told = number > 0
    return NoiseSpectrum(
        frequency=((np.arange(count) + 0.5) * _BIN)[told],
        power=total[told] / number[told],
        deviation_hu=float(np.median(pieces.std(axis=(1, 2)))),
    )
