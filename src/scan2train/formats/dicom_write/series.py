"""A volume as a folder of single-frame DICOM images: CT, MR, PET, or Secondary Capture."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from scan2train.formats.dicom_write.folder import whole_folder
from scan2train.formats.dicom_write.head import Head
from scan2train.formats.dicom_write.kinds import Kind
from scan2train.formats.dicom_write.planes import Planes, decimal
from scan2train.formats.dicom_write.source import Source
from scan2train.formats.dicom_write.stored import Stored, stored_of
from scan2train.formats.dicom_write.uids import uid_of
from scan2train.volume import Volume

#: Fewest Bits Stored: CT has no fewer than 12, and here 8 or 16 are in use (PS3.3 C.8.2.1, C.8.9.4).
_LEAST_BITS = {"CT": 16, "MR": 8, "PT": 16, "SC": 8}


def write_series(volume: Volume, folder: Path, kind: Kind, source: Source | None) -> float:
    """Write one file a slice along ``k``, rows along ``j``, columns along ``i``.

    The same volume and source give the same bytes.

    Parameters
    ----------
    volume
        ``(i, j, k)``, or ``(i, j, k, 3)`` for colour.
    folder
        New or empty; there whole or not at all.
    kind
        What it becomes.
    source
        The images that it was read from, if they are still there.

    Returns
    -------
    float
        The most that a value was moved, in its unit: 0 but for values that are no whole numbers.

    Raises
    ------
    WrongUse, GeometryError, OutputInUse
        As :func:`scan2train.write.write`.
    Scan2TrainError
        If a file of the source cannot be read.
    """
    planes = Planes.of(volume.grid)
    stored = _stored(volume, kind, source)
    head = Head(
        volume=volume,
        kind=kind,
        planes=planes,
        source=source,
        moved=stored.moved,
        digest=_digest(volume, kind, stored, source),
    )
    digits = max(4, len(str(volume.grid.shape[2])))
    with whole_folder(folder) as hidden, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a value of the source has too many of, it had before
        for k in range(volume.grid.shape[2]):
            made = head.of_slice(k)
            _set_values(made, stored, k, kind)
            made.file_meta = FileMetaDataset()
            made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            made.file_meta.MediaStorageSOPClassUID = UID(kind.sop_class)
            made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
            made.save_as(hidden / f"{k + 1:0{digits}d}.dcm", enforce_file_format=True)
    return stored.moved


def _stored(volume: Volume, kind: Kind, source: Source | None) -> Stored:
    if volume.array.ndim == 4:
        n = volume.grid.shape[2]
        return Stored(array=volume.array.transpose(2, 1, 0, 3), lines=((1.0, 0.0),) * n)
    return stored_of(
        volume,
        () if source is None else source.lines,
        through_zero=kind.word == "PT",
        least_bits=_LEAST_BITS[kind.word],
    )


def _digest(volume: Volume, kind: Kind, stored: Stored, source: Source | None) -> str:
    """What the UIDs follow from: values, meaning, place and origin."""
    digest = hashlib.sha256()
    for plane in stored.array:
        digest.update(np.ascontiguousarray(plane))
    digest.update(volume.grid.affine.tobytes())
    about = (kind, stored.array.shape, stored.array.dtype.str, stored.lines, stored.padding, volume.unit)
    digest.update(repr((about, () if source is None else source.uids)).encode())
    return str(uid_of(digest.hexdigest()))


def _set_values(made: Dataset, stored: Stored, k: int, kind: Kind) -> None:
    """Image Pixel module, Modality LUT and padding."""
    plane = stored.array[k]
    colour, signed = plane.ndim == 3, plane.dtype.kind == "i"
    bits = 8 * plane.dtype.itemsize
    allocated = bits if kind.word == "SC" else 16
    made.SamplesPerPixel = 3 if colour else 1
    made.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        made.PlanarConfiguration = 0
    made.Rows, made.Columns = plane.shape[:2]
    made.BitsAllocated, made.BitsStored, made.HighBit = allocated, bits, bits - 1
    made.PixelRepresentation = int(signed)
    if stored.padding is not None:
        vr, (low, high) = "SS" if signed else "US", stored.padding
        made.add_new(0x00280120, vr, low)
        if high != low:
            made.add_new(0x00280121, vr, high)
    slope, add = stored.lines[k]
    if not colour and (kind.word in ("CT", "PT") or (slope, add) != (1.0, 0.0)):
        made.RescaleIntercept, made.RescaleSlope = decimal(add), decimal(slope)
        if kind.word != "PT":
            made.RescaleType = kind.rescale_type
    word = plane.astype(f"<{'i' if signed else 'u'}{allocated // 8}", copy=False)
    content = np.ascontiguousarray(word).tobytes()
    made.add_new(0x7FE00010, "OB" if allocated == 8 else "OW", content + b"\0" * (len(content) % 2))
