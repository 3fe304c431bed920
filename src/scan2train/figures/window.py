"""Which values are shown from black to white."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scan2train.errors import UnknownName, WrongUse
from scan2train.knowledge.windows import CT_WINDOWS
from scan2train.measures.display_window import Window, to_grey, usual_window, window_of_values

if TYPE_CHECKING:
    from scan2train.volume import Volume

__all__ = ["AUTOMATIC", "Window", "WindowLike", "choose_window", "to_grey"]

#: A window, or the name of one: those of CT by tissue, and ``automatic``.
WindowLike = Window | str
#: By the values themselves.
AUTOMATIC = "automatic"


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
    return usual_window(volume)


def _by_name(volume: Volume, name: str) -> Window:
    if name == AUTOMATIC:
        return window_of_values(volume)
    if name not in CT_WINDOWS:
        raise UnknownName("there is no such window", expected=", ".join((*CT_WINDOWS, AUTOMATIC)), found=name)
    if volume.unit != "HU":
        raise WrongUse(
            f"the window {name} is one of CT, in HU",
            found=f"values in {volume.unit}",
            advice="Give centre and width, or 'automatic'.",
        )
    return CT_WINDOWS[name]
