"""All that is to be told of a label map, as plain values."""

from __future__ import annotations

from typing import Any

from scan2train.labelling.boxes import ends_mm, exported
from scan2train.labelling.label_map import LabelMap


def state_of(labels: LabelMap) -> dict[str, Any]:
    """Names, colours, what can be undone, whether all is saved, drawn boxes, and each label's numbers.

    Boxes have the first and the last index, both within; millimetres are RAS+, of the voxels' outer faces. ``ml`` and
    millimetres are ``None`` where the image has none, ``mean``, ``min`` and ``max`` where no value is real; so is
    ``mean`` where values add up to more than a number holds.
    """
    with labels.lock:
        grid, legend, history = labels.image.grid, labels.legend, labels.history
        found = labels.statistics.by_value()
    voxel_ml = grid.voxel_volume / 1000 if grid.physical else None
    told = []
    for label in legend.labels:
        part = found.get(label.value)
        real = part is not None and part.values > 0
        told.append(
            {
                "value": label.value,
                "name": label.name,
                "voxels": 0 if part is None else part.voxels,
                "ml": None if voxel_ml is None else voxel_ml * (0 if part is None else part.voxels),
                "mean": part.mean if part is not None else None,
                "min": part.minimum if part is not None and real else None,
                "max": part.maximum if part is not None and real else None,
                "box_voxels": None if part is None else [list(part.first), list(part.last)],
                "box_mm": None if part is None else ends_mm(grid, part.first, part.last),
            }
        )
    return {
        "names": {str(one.value): one.name for one in legend.labels},
        "colours": {str(one.value): one.colour for one in legend.labels},
        "unit": labels.image.unit,
        "undo": history.standing,
        "redo": len(history.deeds) - history.standing,
        "saved": history.saved,
        "labels": told,
        "boxes": [
            {
                "id": one.id,
                "value": one.label,
                "voxels": [list(one.first), list(one.last)],
                "mm": ends_mm(grid, one.first, one.last),
            }
            for one in legend.boxes
        ],
    }


def boxes_of(labels: LabelMap) -> dict[str, Any]:
    """The boxes that were drawn, and those around the voxels of each label, to be used elsewhere."""
    with labels.lock:
        legend = labels.legend
        found = labels.statistics.by_value()
    names = {one.value: one.name for one in legend.labels}
    drawn = [
        {"value": one.label, "name": names[one.label], "drawn": True, "first": one.first, "last": one.last}
        for one in legend.boxes
    ]
    around = [
        {"value": value, "name": names[value], "drawn": False, "first": part.first, "last": part.last}
        for value, part in found.items()
    ]
    return exported(labels.image.grid, drawn + around)
