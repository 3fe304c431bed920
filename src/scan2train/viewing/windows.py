"""The windows that an image can be looked at through: its header's, one from its values, those of its modality."""

from __future__ import annotations

from typing import Any

from scan2train.knowledge.windows import CT_WINDOWS
from scan2train.viewing.image import Image

_NAMES = {
    "lung": "Lung",
    "soft-tissue": "Soft tissue",
    "bone": "Bone",
    "brain": "Brain",
    "liver": "Liver",
}
#: Values that no other modality than CT has: air, with room for noise.
_AIR_HU = -900.0


def windows_of(image: Image) -> list[dict[str, Any]]:
    """Windows in the order in which they are offered; the first is the one to begin with."""
    volume = image.volume
    told = []
    own = volume.meta.get("window")
    if own:
        told.append(_window("header", "From the header", own["center"], own["width"], own["function"]))
    automatic = image.window
    told.append(_window("automatic", "Automatic", *automatic, "LINEAR_EXACT"))
    if volume.unit == "HU":
        tissues = [_window(word, _NAMES[word], *CT_WINDOWS[word]) for word in CT_WINDOWS]
        if not own:  # a CT without a window is begun with soft tissue
            tissues.sort(key=lambda one: one["id"] != "soft-tissue")
            return [tissues[0], *told, *tissues[1:]]
        told += tissues
    elif volume.unit == "a.u." and image.range[0] <= _AIR_HU:  # most NIfTI of CT does not tell its unit
        told += [_window(word, f"{_NAMES[word]}, if HU", *CT_WINDOWS[word]) for word in CT_WINDOWS]
    return told


def _window(id: str, name: str, centre: float, width: float, function: str = "LINEAR") -> dict[str, Any]:  # noqa: A002
    return {"id": id, "name": name, "centre": centre, "width": width, "function": function}
