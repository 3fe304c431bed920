"""A PET of the chest: faint tissue, a warm liver and heart, one hot lesion."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from scan2train.testing.phantoms.chest import chest_ct
from scan2train.volume import Volume

#: Activity of each tissue by the HU of the chest phantom: up to this HU, Bq/ml.
_ACTIVITY = ((-900, 0.0), (-500, 1200.0), (0, 1500.0), (48, 4200.0), (90, 5600.0), (3000, 2600.0))
_LESION = 26000.0
_BLUR_MM = 5.0


def chest_pet(
    shape: tuple[int, int, int] = (72, 60, 40),
    spacing: tuple[float, float, float] = (5.3, 5.5, 6.5),
    *,
    seed: int = 0,
) -> Volume:
    """A volume in Bq/ml, LPS, of whole numbers; blurred as a scanner of 5 mm (standard deviation) does."""
    image, labels = chest_ct(
        shape, spacing, seed=seed, orientation="LPS", noise_hu=0.0, table=False, organs=True
    )
    activity = np.zeros(shape)
    for limit, value in reversed(_ACTIVITY):
        activity[image.array <= limit] = value
    lesion = next(value for value, name in labels.names.items() if name == "lesion")
    activity[labels.array == lesion] = _LESION
    blurred = gaussian_filter(activity, [_BLUR_MM / step for step in spacing])
    rng = np.random.default_rng(seed)
    counted = blurred * (1 + 0.12 * rng.standard_normal(shape))
    return Volume(array=np.clip(np.rint(counted), 0, 32767).astype(np.int16), grid=image.grid, unit="Bq/ml")
