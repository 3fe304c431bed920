"""The lungs of the chest phantom, drawn as an expert would: vessels and lesions included, airways left out."""

from __future__ import annotations

from scan2train.grid import Grid
from scan2train.testing.phantoms.canvas import Canvas
from scan2train.testing.phantoms.chest import LEFT_LUNG, RIGHT_LUNG, paint_middle
from scan2train.volume import Labels

_NOTHING = -9999.0


def chest_lungs(grid: Grid) -> Labels:
    """Labels on ``grid``: 1 right lung, 2 left lung of the patient whom :func:`chest_ct` shows."""
    middle = Canvas.blank(grid, _NOTHING)
    paint_middle(middle, 0.0)
    lungs = Canvas.blank(grid, 0)
    lungs.paint(RIGHT_LUNG, 1)
    lungs.paint(LEFT_LUNG, 2)
    lungs.values[middle.values != _NOTHING] = 0
    return Labels(array=lungs.values.astype("uint8").T, grid=grid, names={1: "right lung", 2: "left lung"})
