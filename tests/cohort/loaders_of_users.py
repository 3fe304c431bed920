"""Loaders as users write them, right and wrong; each goes by what the folder it is given is called."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pydicom

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def slices_of(path: Path) -> list[pydicom.Dataset]:
    return sorted(map(pydicom.dcmread, path.iterdir()), key=lambda one: float(one.ImagePositionPatient[2]))


def affine_of(slices) -> np.ndarray:
    """LPS+ mm; the step of k is that of the first two slices."""
    first, second = slices[0], slices[1]
    rows = np.array(first.ImageOrientationPatient, dtype=float).reshape(2, 3)
    affine = np.eye(4)
    affine[:3, 0] = rows[0] * float(first.PixelSpacing[1])
    affine[:3, 1] = rows[1] * float(first.PixelSpacing[0])
    places = [np.array(one.ImagePositionPatient, dtype=float) for one in (first, second)]
    affine[:3, 2] = places[1] - places[0]
    affine[:3, 3] = places[0]
    return affine


def right(path: Path):
    slices = slices_of(path)
    stored = [one.pixel_array * float(one.RescaleSlope) + float(one.RescaleIntercept) for one in slices]
    return np.stack(stored).transpose(2, 1, 0), LPS @ affine_of(slices)


def says_lps(path: Path):
    array, affine = right(path)
    return array, LPS @ affine, "LPS"


def takes_lps_for_ras(path: Path):
    array, affine = right(path)
    return array, LPS @ affine


def turned_with_its_affine(path: Path):
    """Another order of axes, one of them backwards, and an affine that says so: nothing is wrong with it."""
    array, affine = right(path)
    turned = affine @ np.array([[0, 1, 0, 0], [0, 0, -1, array.shape[1] - 1], [1, 0, 0, 0], [0, 0, 0, 1.0]])
    return SimpleNamespace(data=array.transpose(2, 0, 1)[:, :, ::-1], affine=turned)


def mirrored(path: Path):
    array, affine = right(path)
    return array[::-1], affine


def first_slope_for_all(path: Path):
    slices = slices_of(path)
    slope, intercept = float(slices[0].RescaleSlope), float(slices[0].RescaleIntercept)
    array = np.stack([one.pixel_array * slope + intercept for one in slices]).transpose(2, 1, 0)
    return array, LPS @ affine_of(slices)


def by_name(path: Path):
    slices = [pydicom.dcmread(one) for one in sorted(path.iterdir())]
    array = np.stack([one.pixel_array * 1.0 + float(one.RescaleIntercept) for one in slices])
    return array.transpose(2, 1, 0), LPS @ affine_of(slices_of(path))


def without_its_last_slice(path: Path):
    array, affine = right(path)
    return array[:, :, :-1], affine


def channel_first_without_a_place(path: Path):
    return right(path)[0][None]


def troubled(path: Path):
    match path.name:
        case "dies":
            os.abort()
        case "swells":
            return np.ones((1 << 33,), dtype=np.uint8), np.eye(4)
        case "refuses":
            raise ValueError("not with me")
    warnings.warn("slices look odd", stacklevel=2)
    os.write(2, b"native WARNING: and so do you\n")
    return right(path)
