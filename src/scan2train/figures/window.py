"""Which values are shown from black to white."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scan2train.errors import UnknownName, WrongUse
from scan2train.knowledge.windows import CT_WINDOWS

if TYPE_CHECKING:
    import numpy.typing as npt

    from scan2train.volume import Array, Volume

#: Centre and width.
Window = tuple[float, float]
#: A window, or the name of one: those of CT by tissue, and ``automatic``.
WindowLike = Window | str
#: By the values themselves.
AUTOMATIC = "automatic"

#: A CT without further wishes: soft tissue.
_SOFT_TISSUE: Window = CT_WINDOWS["soft-tissue"]
_AT_MOST = 200_000


def choose_window(volume: Volume, window: WindowLike | None) -> Window:
    """The window asked for; else soft tissue for HU, and the 0.5th to 99.5th percentile of real values elsewhere.

    Raises
    ------
    UnknownName
        If there is no window of that name.
    WrongUse
        If the width is not positive, or not finite, or a window of CT is asked for where values are not in HU.
    """
    if isinstance(window, str):
        return _by_name(volume, window)
    if window is not None:
        centre, width = float(window[0]), float(window[1])
        if not (np.isfinite(centre) and np.isfinite(width) and width > 0):
            raise WrongUse("a window has a finite centre and a positive width", found=window)
        return centre, width
    return _SOFT_TISSUE if volume.unit == "HU" else _by_values(volume)


def _by_name(volume: Volume, name: str) -> Window:
    if name == AUTOMATIC:
        return _by_values(volume)
    if name not in CT_WINDOWS:
        raise UnknownName("there is no such window", expected=", ".join((*CT_WINDOWS, AUTOMATIC)), found=name)
    if volume.unit != "HU":
        raise WrongUse(
            f"the window {name} is one of CT, in HU",
            found=f"values in {volume.unit}",
            advice="Give centre and width, or 'automatic'.",
        )
    return CT_WINDOWS[name]


def _by_values(volume: Volume) -> Window:
    values = volume.array[volume.valid] if volume.valid is not None else volume.array.reshape(-1)
    some = values[:: max(1, values.shape[0] // _AT_MOST)].astype(np.float64)
    some = some[np.isfinite(some)]
    if some.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(some, (0.5, 99.5))
    if high <= low:
        low, high = some.min(), some.max()
    return float(low + high) / 2, float(high - low) or 1.0


def to_grey(values: Array, window: Window) -> npt.NDArray[np.float64]:
    """Values through a window, 0 black to 1 white: LINEAR_EXACT of PS3.3 C.11.2.1.3.2. What is no number is black."""
    centre, width = window
    grey = np.clip((np.asarray(values, dtype=np.float64) - centre) / width + 0.5, 0.0, 1.0)
    return np.nan_to_num(grey, nan=0.0)
