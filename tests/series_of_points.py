"""MR series of several points of one dimension, and what must be read of them."""

from __future__ import annotations

import numpy as np

from scan2train.grid import Grid
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume

SHAPE = (6, 5, 4)


def point(at, shape=SHAPE, spacing=(1.25, 1.75, 2.5)):
    """The volume at one point: no two points share a value."""
    affine = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0])
    affine[:3, 3] = (12.0, 34.0, -56.0)
    n = int(np.prod(shape))
    values = np.arange(n, dtype=np.uint16).reshape(shape) + 200 * at
    return Volume(array=values, grid=Grid(shape, affine))


def write_points(folder, tags, points=3, **more):
    """A series of several points, whose files' names and numbers say nothing of their order.

    ``tags(at)`` gives a point's attributes, or a function that gives those of its slice ``k``.
    """
    for at in range(points):
        own = tags(at)
        write_dicom_series(
            point(at),
            folder,
            modality="MR",
            file_names=lambda rank, at=at: f"{(at * 7 + 3) % 17}_{rank}.dcm",
            extra_tags=lambda k, own=own, at=at: {
                "SOPInstanceUID": f"1.2.3.{at}.{k}",
                "InstanceNumber": 1,
                **(own(k) if callable(own) else own),
            },
            **more,
        )


def truth(points=3):
    """All of them, ``(i, j, k, t)``."""
    return np.stack([point(at).array for at in range(points)], axis=3)
