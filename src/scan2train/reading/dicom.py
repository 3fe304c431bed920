"""One DICOM volume: pixels at their known places, the affine of the index, what was noticed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import UnreadableFile
from scan2train.formats.dicom.pixels import Pixels, read_pixels
from scan2train.formats.dicom.rescale import unit_of
from scan2train.grid import Grid
from scan2train.knowledge.sop_classes import FILMS
from scan2train.measures.twins import twins_are_copies
from scan2train.reading.handled import told_as_part, told_as_resampled
from scan2train.reading.lattice import regular_grid
from scan2train.reading.noticed import noticed
from scan2train.reading.refusals import refusal
from scan2train.reading.regrid import regrid
from scan2train.reading.window import window_of
from scan2train.volume import Volume

#: Columns that a volume keeps as its ``meta``; none of them names a patient.
_META = (
    *("volume", "source", "path", "format", "role", "split_by", "dimension", "dimension_value"),
    *("study_uid", "series_uid", "modality", "manufacturer", "model", "description", "image_type", "kernel"),
    *("kernel_class", "contrast", "cardiac_percent", "patient_position", "laterality", "view"),
    *(
        "photometric",
        "bits_stored",
        "transfer_syntax",
        "thickness_mm",
        "tilt_deg",
        "spacing_source",
        "step_source",
        "lut_shape",
        "presentation_intent",
        "intensity_sign",
    ),
)


def read_dicom(
    row: Mapping[str, Any], base: Path, *, regridded: bool = False, nearest: bool = False
) -> Volume:
    """Read the volume that a row of the volumes table describes.

    With ``regridded``, uneven slices are resampled to a regular grid, by the ``nearest`` voxel for labels.

    Raises
    ------
    IrregularSlices, GeometryError, UnreadableFile, NonconformingHeader
        If the row's ``irregular`` says that it is no regular grid of trusted values.
    Scan2TrainError
        As :func:`~scan2train.formats.dicom.pixels.read_pixels`.
    """
    row, lattice = regular_grid(row) if regridded else (row, None)
    refused = refusal(row, str(base / row["path"])) if lattice is None else None
    if refused is not None and not (row["irregular"] == "duplicate-positions" and twins_are_copies(row)):
        raise refused
    pixels = read_pixels(row, base)
    _compare_copies(row, base, pixels)
    findings = noticed(row, pixels)
    order = (2, 1, 0, *range(3, pixels.array.ndim))
    grid = Grid(
        (row["size_i"], row["size_j"], len(row["member_path"])),
        np.array(row["affine"], dtype=np.float64).reshape(4, 4),
        bool(row["physical"]),
    )
    volume = Volume(
        array=pixels.array.transpose(order),
        grid=grid,
        unit=unit_of(row, declared=pixels.declared_rescale),
        valid=None if pixels.valid is None else pixels.valid.transpose(2, 1, 0),
        findings=findings,
        meta=_meta(row, pixels),
    )
    if lattice is None:
        return told_as_part(volume, row)
    return told_as_resampled(regrid(volume, lattice, nearest=nearest), row, lattice)


def _meta(row: Mapping[str, Any], pixels: Pixels) -> dict[str, Any]:
    """What the volume keeps of its row; of a radiograph also the range that its values can have."""
    kept = {name: row[name] for name in _META if row.get(name) not in (None, "")}
    if row["modality"] in FILMS and pixels.value_range is not None:
        kept["value_range"] = pixels.value_range
    window = window_of(row)
    if window is not None:
        kept["window"] = window
    return kept


def _compare_copies(row: Mapping[str, Any], base: Path, pixels: Pixels) -> None:
    """Compare further files of the same instances with the slices that they copy.

    Raises
    ------
    UnreadableFile
        If two files of one instance hold different values: nobody can tell which is right.
    """
    copied = list(row["spare_of"] or ())
    if not copied:
        return
    for at, k in enumerate(copied):
        mine, theirs = (
            {name: row[f"{whose}_{name}"][n] for name in _RESCALE}
            for whose, n in (("member", k), ("spare", at))
        )
        if mine != theirs:
            raise _conflict(row, base, at, k, "rescale", str(theirs), str(mine))
    twin = {**row, **{f"member_{name}": row[f"spare_{name}"] for name in (*_PLACE, *_RESCALE, *_PADDING)}}
    # Slopes of all slices decide on the type, and fractions are rounded to it.
    other = read_pixels(twin, base, dtype=pixels.array.dtype)
    for at, k in enumerate(copied):
        if not np.array_equal(other.array[at], pixels.array[k], equal_nan=other.array.dtype.kind == "f"):
            raise _conflict(row, base, at, k, "pixels", "other pixels")
        # Two paddings that leave out the same pixels are one to whoever reads the values.
        valid = _valid(other, at)
        if pixels.undeclared.masked:  # seen on any slice of the volume, perhaps on none of the copies
            valid = valid & ~np.isin(other.array[at], pixels.undeclared.masked)
        if not np.array_equal(valid, _valid(pixels, k)):
            raise _conflict(row, base, at, k, "padding", "other pixels that are padding")


def _conflict(
    row: Mapping[str, Any], base: Path, at: int, k: int, what: str, found: str, expected: str = ""
) -> UnreadableFile:
    return UnreadableFile(
        f"two files hold different {what} of the same instance",
        where=base / row["spare_path"][at],
        expected=f"the {what} of {row['member_path'][k]}, whose SOP Instance UID it shares"
        + (f": {expected}" if expected else ""),
        found=found,
        advice="Find out which of them is right and remove the other.",
        code="FIL004",
    )


def _valid(pixels: Pixels, k: int) -> npt.NDArray[np.bool_]:
    return np.ones(pixels.array.shape[1:3], dtype=np.bool_) if pixels.valid is None else pixels.valid[k]


#: What stored values mean, and where they lie: both are of the file.
_RESCALE = ("slope", "intercept")
_PADDING = ("padding_value", "padding_limit")
_PLACE = ("path", "size", "frame", "frames", "offset", "length", "transfer_syntax", "pixel_kind")
