"""A chest film: the chest CT phantom projected from front to back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scan2train.testing.phantoms.chest import chest_ct

#: Linear attenuation of water at the energy of a chest film, per mm.
_WATER_PER_MM = 0.019


def chest_film(shape: tuple[int, int] = (280, 320), *, seed: int = 0) -> npt.NDArray[np.uint16]:
    """Rows × columns of 12-bit values, bright is dense: the patient's right at the left edge, the head on top.

    Each pixel is the attenuation along a parallel ray (Beer and Lambert), brought to 12 bits.
    """
    rows, columns = shape
    spacing = (360.0 / columns, 5.0, 300.0 / rows)
    volume, _ = chest_ct(
        (columns, 56, rows), spacing, seed=seed, orientation="LPS", noise_hu=0.0, table=False
    )
    density = np.clip(volume.array.astype(np.float32) + 1000, 0, None) / 1000
    path = density.sum(axis=1) * spacing[1] * _WATER_PER_MM
    picture = path.T[::-1]
    noise = np.random.default_rng(seed).normal(0, 0.012, picture.shape)
    low, high = np.percentile(picture, (1, 99.8))
    scaled = (picture + noise - low) / (high - low)
    stored: npt.NDArray[np.uint16] = np.clip(np.rint(150 + 3600 * np.clip(scaled, 0, 1.05)), 0, 4095).astype(
        np.uint16
    )
    return stored
