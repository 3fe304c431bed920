"""What stands in a volume where there is no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scan2train.volume import Volume


def fill_value(volume: Volume) -> float:
    """Air on a calibrated CT, else 0; carried through changes of value in ``meta["fill"]``."""
    return float(volume.meta.get("fill", -1000.0 if volume.unit == "HU" else 0.0))
