"""Noise of a CT whose grain is as coarse or as fine as a test needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
#: Middles of the bands, in cycles/mm, between which the ratio of noise power is given.
_LOW, _HIGH = 0.19, 0.43


def grained(
    ratio: float | None, spacing: tuple[float, float], *, deviation: float = 14.0, seed: int = 0
) -> Callable[[Array], Array]:
    """A change of values: soft tissue of 40 HU everywhere, with noise of such a grain within the slices.

    Parameters
    ----------
    ratio
        Power at 0.43 cycles/mm by that at 0.19; ``None`` for white noise.
    spacing
        Of i and j, in mm.
    deviation
        Standard deviation of the noise, HU.
    """

    def change(array: Array) -> Array:
        noise: Array = np.asarray(np.random.default_rng(seed).standard_normal(array.shape))
        if ratio is not None:
            frequency = np.hypot(
                *np.ix_(*(np.fft.fftfreq(n, s) for n, s in zip(array.shape[:2], spacing, strict=True)))
            )
            # Power that grows or falls exponentially: one number gives the ratio at any two frequencies.
            gain = np.exp(np.log(ratio) / 2 * np.minimum(frequency, 0.6) / (_HIGH - _LOW))
            noise = np.fft.ifft2(np.fft.fft2(noise, axes=(0, 1)) * gain[:, :, None], axes=(0, 1)).real
        tissue: Array = np.rint(40 + noise * (deviation / noise.std())).astype(np.int16)
        return tissue

    return change
