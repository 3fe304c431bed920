"""MONAI: ``LoadImage(image_only=True)`` as it comes."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.cohort.parity.given import Given, ras


def read(path: Path, series_uid: str) -> Given:
    """A folder or file through MONAI's own choice of a reader."""
    return read_with(path, series_uid)


def read_with(path: Path, series_uid: str, reader: str | None = None) -> Given:  # noqa: ARG001 - MONAI cannot be told
    """The same through the reader of that name."""
    from monai.transforms import LoadImage

    with warnings.catch_warnings():
        # Said wherever there is no GPU decoder, of every scan alike: it would drown what is said of this one.
        warnings.filterwarnings("ignore", message="NvImgCodec")
        image: Any = LoadImage(reader=reader, image_only=True)(path)
    array = np.asarray(image.numpy())
    affine = getattr(image, "affine", None)
    lps = getattr(image, "meta", {}).get("space") == "LPS"
    return Given(
        array=array, affine=None if affine is None else ras(affine.numpy(), lps=lps), shape=array.shape
    )
