"""Writes colour pictures as DICOM, in any photometric interpretation, with the forward formulas of the standard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.testing.dicom_dataset import About, Tags, apply, dataset, transfer_syntax_uid
from scan2train.testing.dicom_encapsulated import COMPRESSED, Encapsulation, encode_frame, lay_frames
from scan2train.testing.dicom_pixels import PixelCell
from scan2train.testing.dicom_series import save

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Photometric = Literal[
    "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_RCT", "YBR_ICT", "XYB", "PALETTE COLOR"
]
#: Y, CB and CR of red, green and blue (PS3.3 C.7.6.3.1.2), full range and that of video, and what is added to them.
_FULL = ((0.2990, 0.5870, 0.1140), (-0.1687, -0.3313, 0.5000), (0.5000, -0.4187, -0.0813)), (0, 128, 128)
_PARTIAL = ((0.2568, 0.5041, 0.0979), (-0.1482, -0.2910, 0.4392), (0.4392, -0.3678, -0.0714)), (16, 128, 128)


def write_colour(
    rgb: npt.NDArray[Any],
    path: str | Path,
    *,
    photometric: Photometric = "RGB",
    planar: bool = False,
    transfer_syntax: str = "explicit",
    encapsulation: Encapsulation | None = None,
    extra_tags: Tags | None = None,
) -> Path:
    """Write a Secondary Capture of ``(rows, columns, 3)`` or ``(frames, rows, columns, 3)``, uint8 or uint16.

    Parameters
    ----------
    rgb
        The colours that a reader must find, within rounding where they are stored as luma and chroma.
    path
        The file; its folder is made if it is not there.
    photometric
        What is written as Photometric Interpretation. Without compression luma and chroma are stored; with it the
        codec makes them of the colours. ``YBR_FULL_422`` and ``YBR_PARTIAL_422`` share the chroma of two columns.
    planar
        Store plane by plane; without compression only.
    transfer_syntax, encapsulation, extra_tags
        As :func:`~scan2train.testing.dicom_series.write_dicom_series`.

    Raises
    ------
    WrongUse
        If the type is another, or a codec cannot take the pixels.
    """
    if rgb.dtype not in (np.uint8, np.uint16):
        raise WrongUse("colours have 8 or 16 bits", expected="uint8 or uint16", found=rgb.dtype)
    bits = rgb.dtype.itemsize * 8
    frames = rgb.reshape(-1, *rgb.shape[-3:])
    made = _capture(PixelCell(allocated=bits, stored=bits), frames.shape, transfer_syntax)
    made.SamplesPerPixel = 3
    made.PhotometricInterpretation = photometric
    made.PlanarConfiguration = int(planar)
    syntax = made.file_meta.TransferSyntaxUID
    if syntax in COMPRESSED.values():
        lay_frames(
            made, [encode_frame(one, syntax, bits) for one in frames], encapsulation or Encapsulation()
        )
    else:
        stored = [_stored(one, photometric, bits) for one in frames]
        if planar:
            stored = [one.reshape(*frames.shape[1:3], 3).transpose(2, 0, 1) for one in stored]
        data = b"".join(one.astype(one.dtype.newbyteorder("<")).tobytes() for one in stored)
        made.add_new(0x7FE00010, "OB" if bits == 8 else "OW", data + b"\0" * (len(data) % 2))
    return _finish(made, Path(path), extra_tags)


def write_palette(
    stored: npt.NDArray[Any],
    path: str | Path,
    tables: Sequence[Sequence[int]],
    *,
    first: int = 0,
    bits: int = 8,
    packed: bool = True,
    segments: Sequence[Sequence[int]] | None = None,
    signed: bool = False,
    transfer_syntax: str = "explicit",
    extra_tags: Tags | None = None,
) -> Path:
    """Write a PALETTE COLOR picture: ``(rows, columns)`` stored values of 8 bits and three tables of entries.

    Parameters
    ----------
    stored
        Places in the tables; those below ``first`` take the first entry, those beyond the end the last.
    path
        The file; its folder is made if it is not there.
    tables
        Red, green and blue.
    first
        The stored value that takes the first entry.
    bits, packed
        8 or 16 bits an entry; entries of 8 bits packed, or one to a word.
    segments
        Red, green and blue as segments (PS3.3 C.7.9.2), in place of the plain tables.
    signed
        Pixel Representation 1.
    transfer_syntax, extra_tags
        As for colour.
    """
    frames = stored.reshape(1, *stored.shape[-2:])
    made = _capture(PixelCell(allocated=8, stored=8, signed=signed), (*frames.shape, 1), transfer_syntax)
    made.PhotometricInterpretation = "PALETTE COLOR"
    width = "u1" if bits == 8 and packed else "<u2"
    for number in range(3):
        vr = "SS" if signed else "US"
        made.add_new(0x00281101 + number, vr, [len(tables[number]) % 65536, first, bits])
        plain = tables[number] if segments is None else segments[number]
        data = np.asarray(plain).astype(width).tobytes()
        tag = (0x00281201 if segments is None else 0x00281221) + number
        made.add_new(tag, "OW", data + b"\0" * (len(data) % 2))
    data = stored.astype(np.int64).astype("u1").tobytes()
    made.add_new(0x7FE00010, "OB", data + b"\0" * (len(data) % 2))
    return _finish(made, Path(path), extra_tags)


def _capture(cell: PixelCell, shape: tuple[int, ...], transfer_syntax: str) -> Dataset:
    made = dataset(About(modality="OT"), cell, enhanced=False, instance=f"colour {shape}")
    made.file_meta.TransferSyntaxUID = transfer_syntax_uid(transfer_syntax)
    made.ConversionType = "WSD"
    made.Rows, made.Columns = shape[1:3]
    if shape[0] > 1:
        made.NumberOfFrames = shape[0]
    return made


def _finish(made: Dataset, path: Path, extra_tags: Tags | None) -> Path:
    syntax = made.file_meta.TransferSyntaxUID
    apply(extra_tags or {}, made)
    path.parent.mkdir(parents=True, exist_ok=True)
    save(made, path, syntax, preamble=True)
    return path


def _stored(rgb: npt.NDArray[Any], photometric: str, bits: int) -> npt.NDArray[Any]:
    """One frame as it is stored without compression."""
    if not photometric.startswith("YBR_FULL") and not photometric.startswith("YBR_PARTIAL"):
        return rgb
    matrix, add = _FULL if photometric.startswith("YBR_FULL") else _PARTIAL
    scale = 1 << (bits - 8)
    ybr = rgb.astype(np.float64) @ np.array(matrix).T + np.array(add) * scale
    whole: npt.NDArray[Any] = np.clip(np.rint(ybr), 0, (1 << bits) - 1).astype(rgb.dtype)
    if not photometric.endswith("422"):
        return whole
    pairs = whole.reshape(-1, 2, 3)
    # Chroma is that of the left pixel of two.
    shared: npt.NDArray[Any] = np.stack(
        [pairs[:, 0, 0], pairs[:, 1, 0], pairs[:, 0, 1], pairs[:, 0, 2]], axis=1
    )
    return shared
