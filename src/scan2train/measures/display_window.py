"""Which values are shown from black to white where nobody has said so, and which are colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scan2train.knowledge.windows import CT_WINDOWS

if TYPE_CHECKING:
    import numpy.typing as npt

    from scan2train.volume import Array, Volume

#: Centre and width.
Window = tuple[float, float]

_PERCENTILES = (0.5, 99.5)
_AT_MOST = 200_000
_WIDEST = float(np.finfo(np.float64).max)


def usual_window(volume: Volume) -> Window:
    """Soft tissue for HU, and the window of the values elsewhere."""
    return CT_WINDOWS["soft-tissue"] if volume.unit == "HU" else window_of_values(volume)


def window_of_values(volume: Volume) -> Window:
    """From the 0.5th to the 99.5th percentile of real values."""
    array, valid = volume.array.T, volume.valid
    # As it lies in memory: another order would copy a whole volume.
    values = array.reshape(-1) if valid is None else _real(array, valid.T)
    some = values[:: max(1, values.shape[0] // _AT_MOST)].astype(np.float64)
    some = some[np.isfinite(some)]
    if some.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(some, _PERCENTILES)
    if high <= low:
        low, high = some.min(), some.max()
    # Half of each first: values near the largest that there are would end as infinity.
    width = 2.0 * min(float(high) / 2 - float(low) / 2, _WIDEST / 2)
    return float(low) / 2 + float(high) / 2, width or 1.0


def _real(array: Array, valid: Array) -> Array:
    """Real values of ``(k, j, i)``, or of each channel of ``(c, k, j, i)``."""
    real: Array = array[valid] if array.ndim == 3 else array[:, valid].reshape(-1)
    return real


def to_grey(values: Array, window: Window) -> npt.NDArray[np.float64]:
    """Values through a window, 0 black to 1 white: LINEAR_EXACT of PS3.3 C.11.2.1.3.2. What is no number is black."""
    centre, width = window
    grey = np.clip((np.asarray(values, dtype=np.float64) - centre) / width + 0.5, 0.0, 1.0)
    return np.nan_to_num(grey, nan=0.0)


def white_of(volume: Volume) -> int:
    """What full red, green and blue are, of a picture in colour; 0 of others, of whose channels the first is shown."""
    array, meta = volume.array, volume.meta
    if array.ndim != 4 or array.shape[3] not in {3, 4} or "dimension_values" in meta:
        return 0
    if array.dtype == np.uint8:
        return 255
    if array.dtype != np.uint16:
        return 0
    if meta.get("photometric") == "PALETTE COLOR":
        return 65535  # PS3.3 C.7.9: entries of a palette fill their 16 bits
    return (1 << int(meta.get("bits_stored") or 16)) - 1 if meta.get("photometric") == "RGB" else 0


def in_bytes(volume: Volume) -> Volume:
    """Colours of 16 bits as bytes, as they are drawn; all else as it is."""
    white = white_of(volume)
    if white in {0, 255}:
        return volume
    return volume.replace(array=np.rint(volume.array * np.float32(255 / white)).astype(np.uint8))
