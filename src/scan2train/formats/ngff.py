"""What viewers of OME-Zarr ask for: the axes of an image, its spacing and place, and the names of its labels.

Source: OME-Zarr specification 0.5, sections 2.3 to 2.6, https://ngff.openmicroscopy.org/0.5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scan2train.volume import Labels, Volume

VERSION = "0.5"
#: The array of full resolution; there is no other.
FULL = "0"


def ome(volume: Volume, name: str) -> dict[str, Any]:
    """The value of the attribute ``ome`` for an array of ``volume`` with its axes reversed: z, y, x are k, j, i.

    A viewer knows a scale and a shift for each axis and no affine: the scale is the spacing, the shift where the first
    voxel lies along the direction in which the axis runs, in mm. Images of one orientation so lie on one another as
    they do in the patient; the affine itself is in our own attributes.
    """
    grid = volume.grid
    scale = np.array(grid.spacing)
    shift = (grid.affine[:3, :3] / scale).T @ grid.affine[:3, 3]
    more = [] if volume.array.ndim == 3 else [_fourth(volume)]
    # Neither -0.0 nor a last digit that differs with the order of a sum.
    shift = np.round(shift, 6) + 0.0
    unit = {"unit": "millimeter"} if grid.physical else {}
    told: dict[str, Any] = {
        "version": VERSION,
        "multiscales": [
            {
                "name": name,
                "axes": [*more, *({"name": axis, "type": "space", **unit} for axis in "zyx")],
                "datasets": [
                    {
                        "path": FULL,
                        "coordinateTransformations": [
                            {"type": "scale", "scale": [1.0] * len(more) + scale[::-1].tolist()},
                            {"type": "translation", "translation": [0.0] * len(more) + shift[::-1].tolist()},
                        ],
                    }
                ],
            }
        ],
    }
    if isinstance(volume, Labels):
        properties = [
            {"label-value": value, "name": word} for value, word in sorted(volume.names.items()) if word
        ]
        told["image-label"] = {"properties": properties} if properties else {}
    return told


def _fourth(volume: Volume) -> dict[str, str]:
    if volume.meta.get("dimension") == "time":
        return {"name": "t", "type": "time"}
    return {"name": "c", "type": "channel"}
