"""TorchIO: ``ScalarImage``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scan2train.cohort.parity.given import Given, ras


def read(path: Path, series_uid: str) -> Given:  # noqa: ARG001 - TorchIO cannot be told
    """A folder or file."""
    import torchio

    image = torchio.ScalarImage(path)
    array = image.data.numpy()
    return Given(
        array=np.moveaxis(array, 0, -1), affine=ras(np.asarray(image.affine)), shape=tuple(array.shape)
    )
