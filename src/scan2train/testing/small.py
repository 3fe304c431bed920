"""Small folders that are sound but for what they are told to be: what the examples of rules are made of.

Every function returns a builder, to be called with the folder that it fills. All sizes and spacings differ from axis
to axis, so that swapped axes show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid, parse_orientation
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Labels, Volume

Build = Callable[[Path], object]
Change = Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]


def small_series(
    orientation: str = "LPS",
    *,
    shape: tuple[int, int, int] = (13, 11, 8),
    spacing: tuple[float, float, float] = (1.3, 1.7, 2.5),
    tilt: float = 0.0,
    turned_deg: float = 0.0,
    below: str = "series",
    tags: Any = None,
    modality: str = "CT",
    values: Change | None = None,
    **more: Any,
) -> Build:
    """A DICOM series of a small body in air, with the tags of a careful scanner.

    Parameters
    ----------
    orientation
        Directions in which columns, rows and slices grow, such as ``"LPS"`` (axial), ``"PIR"`` (sagittal).
    shape, spacing
        ``(i, j, k)``, voxels and mm.
    tilt
        Shift of each slice against the one before, along j, in mm: a gantry tilt of ``atan(tilt / spacing[2])``.
    turned_deg
        Rotation of the whole stack about the patient's long axis, in degrees: an oblique.
    below
        Folder of the series, below the folder that is filled.
    tags, modality, more
        As :func:`~scan2train.testing.dicom_series.write_dicom_series`; ``tags`` are its ``extra_tags``, and override
        the window, times and numbers that are written otherwise.
    values
        What becomes of the body's values: from array to array of the same shape.
    """
    volume = changed(body(orientation, shape, spacing, tilt, turned_deg, modality), values)

    def build(folder: Path) -> object:
        def both(k: int) -> dict[Any, Any]:
            own = tags(k) if callable(tags) else tags
            return {**careful(modality), **(own or {})}

        return write_dicom_series(volume, folder / below, extra_tags=both, modality=modality, **more)

    return build


def small_nifti(
    name: str = "scan.nii.gz",
    *,
    orientation: str = "RAS",
    shape: tuple[int, int, int] = (13, 11, 8),
    spacing: tuple[float, float, float] = (1.3, 1.7, 2.5),
    tilt: float = 0.0,
    turned_deg: float = 0.0,
    labels: bool = False,
    values: Change | None = None,
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    header: Mapping[str, Any] | None = None,
) -> Build:
    """One file of the same body, or with ``labels`` of a mask on its grid (values 0, 1 and 2).

    Parameters
    ----------
    name
        Its suffix chooses the format: NIfTI, MetaImage or NRRD.
    orientation, shape, spacing, tilt, turned_deg
        As for a series.
    labels, values
        A mask in place of the body; and what is done to its values, whose type and shape may change.
    shift_mm
        How far the whole file is from where it should be, RAS+.
    header
        Fields of the NIfTI header to be overwritten once the file is there; ``name`` must end in ``.nii``.
    """
    from scan2train.testing.of_volume import file_of

    volume: Volume = body(orientation, shape, spacing, tilt, turned_deg, "CT")
    if labels or values is not None or any(shift_mm):
        array = mask_of(volume) if labels else volume.array
        array = array if values is None else values(array.copy())
        affine = volume.grid.affine.copy()
        affine[:3, 3] += shift_mm
        grid = Grid((array.shape[0], array.shape[1], array.shape[2]), affine)
        kind = Labels if labels and array.dtype.kind != "f" else Volume
        volume = kind(array=array, grid=grid)

    return file_of(volume, name, nifti=header)


def modality_lut(name: str = "ModalityLUTSequence") -> dict[str, Any]:
    """Tags of a look-up table that halves stored values of up to 12 bits, as a Modality LUT or ``"VOILUTSequence"``."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.add_new(0x00283002, "US", [4096, 0, 16])
    if name == "ModalityLUTSequence":
        item.ModalityLUTType = "US"
    item.add_new(0x00283006, "OW", (np.arange(4096) // 2).astype("<u2").tobytes())
    return {name: Sequence([item])}


def round_view(outside: int, only: int | None = None) -> Change:
    """A change of values: ``outside`` where slices (or ``only`` that one) lie beyond a round field of view."""

    def change(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        i, j, k = np.ogrid[tuple(slice(n) for n in array.shape)]
        far = ((i + 0.5) / array.shape[0] - 0.5) ** 2 + ((j + 0.5) / array.shape[1] - 0.5) ** 2 > 0.24
        return np.where(far & ((k == only) if only is not None else k >= 0), outside, array).astype(np.int16)

    return change


def small_text(name: str, text: str) -> Build:
    """A file of text, such as the declaration of a data set."""

    def build(folder: Path) -> object:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.write_text(text, encoding="utf-8")

    return build


def together(*builds: Build) -> Build:
    """All of them in one folder."""

    def build(folder: Path) -> object:
        return [one(folder) for one in builds]

    return build


def mask_of(volume: Volume) -> np.ndarray[Any, Any]:
    """A mask of the body: 1, and 2 in its denser half; ``(i, j, k)`` of uint8."""
    inside = volume.array > (volume.array.max() + int(volume.array.min())) // 2 - 500
    half = np.arange(volume.grid.shape[0])[:, None, None] >= volume.grid.shape[0] // 2
    mask: np.ndarray[Any, Any] = np.where(inside, np.where(half, 2, 1), 0).astype(np.uint8)
    return mask


def changed(volume: Volume, values: Change | None) -> Volume:
    """The volume with what ``values`` makes of its array."""
    if values is None:
        return volume
    return Volume(array=values(volume.array), grid=volume.grid, unit=volume.unit)


@cache
def body(
    orientation: str,
    shape: tuple[int, int, int],
    spacing: tuple[float, float, float],
    tilt: float,
    turned_deg: float,
    modality: str,
) -> Volume:
    """An ellipse of soft tissue with a denser core, in air; noise tells all voxels apart."""
    if min(shape) < 1:
        raise WrongUse("a volume has at least one voxel along each axis", found=shape)
    affine = np.eye(4)
    affine[:3, :3] = 0.0
    directions = parse_orientation(orientation)
    for axis, (world, sign) in enumerate(directions):
        affine[world, axis] = sign * spacing[axis]
    affine[:3, 2] += affine[:3, 1] / spacing[1] * tilt
    angle = np.radians(turned_deg)
    about = np.eye(4)
    about[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    affine = about @ affine
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2) + (3.0, -4.0, 17.0)
    i, j, k = np.ogrid[: shape[0], : shape[1], : shape[2]]
    radius = ((i - shape[0] / 2) / (shape[0] * 0.4)) ** 2 + ((j - shape[1] / 2) / (shape[1] * 0.4)) ** 2
    radius = radius + 0.0 * k
    air, tissue, core = (-1000, 40, 120) if modality == "CT" else (10, 300, 700)
    values = np.where(radius < 0.3, core, np.where(radius < 1, tissue, air))
    noise = np.random.default_rng(7).integers(0, 9, shape)
    unit = "HU" if modality == "CT" else "a.u."
    return Volume(array=(values + noise).astype(np.int16), grid=Grid(shape, affine), unit=unit)


def careful(modality: str) -> dict[Any, Any]:
    """Attributes that a careful scanner writes: a window, the unit of CT values, and what SUV of a PET follow from."""
    window = (
        {"WindowCenter": "40", "WindowWidth": "400"}
        if modality == "CT"
        else {"WindowCenter": "350", "WindowWidth": "700"}
    )
    if modality == "PT":
        from scan2train.testing.pet_header import pet_tags

        return {**window, **pet_tags()(0)}
    return {**window, "RescaleType": "HU"} if modality == "CT" else window
