"""Writes a volume as a Siemens mosaic: all slices tiled into one picture."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.testing.csa import csa_bytes
from scan2train.testing.dicom_dataset import About, apply, dataset, ds, transfer_syntax_uid
from scan2train.testing.dicom_pixels import PixelCell, to_stored
from scan2train.testing.dicom_plane import StackPlanes
from scan2train.testing.dicom_series import save, set_pixels

if TYPE_CHECKING:
    from scan2train.testing.dicom_dataset import Tags
    from scan2train.volume import Volume


def write_mosaic(
    volume: Volume,
    path: str | Path,
    *,
    last_first: bool = False,
    layout: Literal[1, 2] = 2,
    csa: dict[str, list[str] | None] | None = None,
    number: int = 1,
    bits_stored: int = 12,
    transfer_syntax: str = "explicit",
    extra_tags: Tags | None = None,
    patient: str = "PHANTOM",
    series_number: int = 1,
    series_description: str = "ep2d_bold",
    seed: int = 0,
) -> Path:
    """Write one MR mosaic, one time point of a series of them.

    Parameters
    ----------
    volume
        ``(i, j, k)``: tiles along ``k``, columns along ``i``, rows along ``j``. Its values are stored as they are.
    path
        The file; its folder is made if it is not there.
    last_first
        Begin with the last slice, as scans from head to foot do; the vendor's normal then points the other way.
    layout
        Of the vendor's header: 1 or 2.
    csa
        Tags of that header that replace those which follow from the volume; ``None`` leaves one out.
    number
        Instance and acquisition number, also the temporal place: it makes the SOP Instance UID.
    bits_stored, transfer_syntax, extra_tags, patient, series_number, series_description, seed
        As :func:`~scan2train.testing.dicom_series.write_dicom_series`.

    Raises
    ------
    WrongUse
        For a volume of one slice, of several channels, or that is sheared; also as for a series.
    """
    n = volume.grid.shape[2]
    if volume.array.ndim != 3 or n < 2:
        raise WrongUse("a mosaic holds several slices of one channel", found=f"shape {volume.array.shape}")
    if volume.grid.shear > 1e-6:
        raise WrongUse("a mosaic has one normal and one distance", found="a sheared stack")
    about = About(
        modality="MR",
        manufacturer="SIEMENS",
        series_description=series_description,
        patient=patient,
        series_number=series_number,
        seed=seed,
    )
    cell = PixelCell(stored=bits_stored)
    syntax = transfer_syntax_uid(transfer_syntax)
    planes = StackPlanes(grid=volume.grid)
    order = range(n)[::-1] if last_first else range(n)
    stored = to_stored(volume.array, cell, slope=1.0, intercept=0.0, valid=None, padding_value=None)
    sheet = _sheet(stored.T[list(order)])
    made = dataset(about, cell, enhanced=False, instance=("mosaic", number))
    made.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"]
    made.InstanceNumber = made.AcquisitionNumber = number
    made.AcquisitionTime = made.ContentTime = f"{101112 + number}.25"
    made.ImagePositionPatient = [ds(x) for x in _corner(planes, order[0], sheet.shape)]
    made.ImageOrientationPatient = [ds(x) for x in planes.orientation]
    made.PixelSpacing = [ds(x) for x in planes.pixel_spacing]
    made.SliceThickness = made.SpacingBetweenSlices = ds(planes.gap_mm)
    made.add_new(0x00190010, "LO", "SIEMENS MR HEADER")
    made.add_new(0x0019100A, "US", n)
    made.add_new(0x00290010, "LO", "SIEMENS CSA HEADER")
    made.add_new(0x00291010, "OB", csa_bytes(_tags(planes, order, csa or {}), layout))
    set_pixels(made, sheet, cell, syntax, np.random.default_rng(seed))
    apply(extra_tags or {}, made)
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    save(made, target, syntax, preamble=True)
    return target


def _sheet(tiles: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """``(n, rows, columns)`` tiles in one square, row by row from the top left; zeros where none is left."""
    n, rows, columns = tiles.shape
    across = math.isqrt(n - 1) + 1
    whole = np.zeros((across * across, rows, columns), dtype=tiles.dtype)
    whole[:n] = tiles
    grid = whole.reshape(across, across, rows, columns).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(grid.reshape(across * rows, across * columns))


def _corner(planes: StackPlanes, k: int, sheet: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Where a picture of the sheet's size would begin that has its centre where slice ``k`` has it."""
    sizes = np.array(planes.grid.shape[:2])
    halves = (np.array(sheet[::-1]) - sizes) / 2 * planes.grid.spacing[:2]
    axes = np.array(planes.orientation).reshape(2, 3)
    corner: np.ndarray[Any, Any] = np.array(planes.position(k)) - halves @ axes
    return corner


def _tags(planes: StackPlanes, order: range, other: dict[str, list[str] | None]) -> dict[str, list[str]]:
    step = np.array(planes.position(order[1])) - planes.position(order[0])
    normal = step / np.linalg.norm(step)
    told = {
        "EchoLinePosition": ["32"],
        "AcquisitionMatrixText": [f"{planes.grid.shape[1]}p*{planes.grid.shape[0]}"],
        "NumberOfImagesInMosaic": [str(len(order))],
        "SliceNormalVector": [f"{part:.8f}" for part in normal],
        **other,
    }
    return {name: texts for name, texts in told.items() if texts is not None}
