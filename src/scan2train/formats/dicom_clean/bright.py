"""MONOCHROME1 made MONOCHROME2: what is dense is bright, and what was measured stays what it was.

A display shows the same before and after. In images that are pictures (radiographs, captures) the stored values are
turned round within Bits Stored, ``v' = lowest + highest - v``, and with them whatever counts in them. In images whose
values were measured (CT, MR, PET, NM, dose) values stay, and only the way of showing them changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from scan2train.errors import NonconformingHeader, WrongUse
from scan2train.formats.dicom.cell import Cell, cell_of
from scan2train.formats.dicom.codecs import decode_frame
from scan2train.formats.dicom.fragments import frames_of
from scan2train.formats.dicom.padding import padding_range
from scan2train.formats.dicom_clean.mirrored import mirror_display
from scan2train.knowledge.sop_classes import SLICED

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

#: Modalities whose values were measured (those of :data:`SLICED` and two more).
_MEASURED = frozenset({*SLICED, "NM", "RTDOSE"})
_PADDING, _LIMIT, _PIXELS = 0x00280120, 0x00280121, 0x7FE00010


def is_dark(dataset: FileDataset) -> bool:
    """Whether low values are shown bright."""
    return bool(dataset.get("PhotometricInterpretation") == "MONOCHROME1")


def make_bright(dataset: FileDataset, where: object) -> bool:
    """Make a MONOCHROME1 image MONOCHROME2, in place; returns whether its pixels changed.

    Raises
    ------
    WrongUse
        If it has a Modality LUT, or pixels in floating point, which have no range to be turned round in.
    NonconformingHeader, UnreadableFile, HostileFile, DecoderMissing
        If its pixels cannot be read.
    """
    if str(dataset.get("Modality", "")) in _MEASURED:
        # The range limit lies above in MONOCHROME2, below in MONOCHROME1 (PS3.3 C.7.5.1.1.2).
        if _PADDING in dataset and _LIMIT in dataset:
            low, high = dataset[_PADDING], dataset[_LIMIT]
            low.value, high.value = high.value, low.value
        _say(dataset)
        return False
    if "ModalityLUTSequence" in dataset:
        raise WrongUse(
            "a Modality LUT gives the values of this image, and cannot be turned round",
            where=where,
            advice="Convert it with convert: that applies the table.",
        )
    if _PIXELS not in dataset:
        raise WrongUse("there are no pixels in whole numbers to be turned round", where=where)
    cell = _cell(dataset, where)
    words = _words(dataset, cell, where)
    turned = _turned(words, cell)
    total = cell.limits[0] + cell.limits[1]
    _store(dataset, turned, cell)
    _turn_padding(dataset, cell, total)
    mirror_display(dataset, total, where)
    _say(dataset)
    return True


def _say(dataset: FileDataset) -> None:
    dataset.PhotometricInterpretation = "MONOCHROME2"
    if "PresentationLUTShape" in dataset:
        dataset.PresentationLUTShape = "IDENTITY"


def _cell(dataset: FileDataset, where: object) -> Cell:
    names = {
        "bits_allocated": "BitsAllocated",
        "bits_stored": "BitsStored",
        "high_bit": "HighBit",
        "samples": "SamplesPerPixel",
        "planar": "PlanarConfiguration",
        "pixel_representation": "PixelRepresentation",
        "size_j": "Rows",
        "size_i": "Columns",
        "photometric": "PhotometricInterpretation",
    }
    cell = cell_of({word: dataset.get(name) for word, name in names.items()}, _kind(dataset), where)
    if cell.samples != 1:
        raise NonconformingHeader("MONOCHROME1 with several samples a pixel", where=where, found=cell.samples)
    return cell


def _kind(dataset: FileDataset) -> str:
    return "encapsulated" if dataset.file_meta.TransferSyntaxUID.is_encapsulated else "native"


def _words(dataset: FileDataset, cell: Cell, where: object) -> npt.NDArray[Any]:
    """All cells of all frames, as unsigned little-endian words."""
    frames = int(dataset.get("NumberOfFrames") or 1)
    data, syntax = dataset.PixelData, dataset.file_meta.TransferSyntaxUID
    if _kind(dataset) == "encapsulated":

        def read(at: int, count: int) -> bytes:
            return bytes(data[at : at + count])

        packed = frames_of(read, len(data), frames, where)
        return np.concatenate(
            [
                decode_frame(packed.join(number, read, where), str(syntax), cell, where).cells.ravel()
                for number in range(frames)
            ]
        )
    if cell.allocated == 1:
        return np.frombuffer(data, np.uint8)
    order: Literal["<", ">"] = "<" if syntax.is_little_endian else ">"
    needed = frames * cell.values
    kind = cell.word.newbyteorder(order)
    # Values of OB keep the order of bytes; 8-bit cells in words of a big-endian file are swapped (PS3.5 8.1.1).
    if cell.allocated == 8 and order == ">" and dataset[_PIXELS].VR == "OW":
        data = np.frombuffer(data, ">u2").astype("<u2").tobytes()
    if len(data) < needed * kind.itemsize:
        raise NonconformingHeader(
            "pixel data is too short",
            where=where,
            expected=f"{needed * kind.itemsize} bytes",
            found=f"{len(data)} bytes",
            code="FIL001",
        )
    return np.frombuffer(data, kind, count=needed).astype(cell.word)


def _turned(words: npt.NDArray[Any], cell: Cell) -> npt.NDArray[Any]:
    """Turn stored values round: every stored bit is turned over, be they signed or not.

    Bits above a signed value that repeat its sign do so afterwards; all others stay, overlays among them.
    """
    if cell.allocated == 1:
        return ~words
    kind = words.dtype.type
    field = cell.mask << cell.shift
    above = ((1 << cell.allocated) - 1) & ~((1 << (cell.high + 1)) - 1)
    if cell.signed and above:
        sign = (words >> kind(cell.high)) & kind(1)
        if np.array_equal(words & kind(above), sign * kind(above)):
            field |= above
    turned: npt.NDArray[Any] = words ^ kind(field)
    return turned


def _store(dataset: FileDataset, words: npt.NDArray[Any], cell: Cell) -> None:
    """Put cells back in the order of bytes that they had; what was compressed becomes explicit little endian."""
    from pydicom.uid import ExplicitVRLittleEndian

    syntax = dataset.file_meta.TransferSyntaxUID
    vr = "OB" if cell.allocated <= 8 else "OW"
    if syntax.is_encapsulated:
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    else:
        vr = dataset[_PIXELS].VR
    content = words.tobytes()
    content += b"\0" * (len(content) % 2)
    if not syntax.is_little_endian and (cell.allocated == 16 or vr == "OW"):
        content = np.frombuffer(content, "<u2" if cell.allocated <= 16 else "<u4").byteswap().tobytes()
    dataset.add_new(_PIXELS, vr, content)
    for name in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if name in dataset:
            delattr(dataset, name)


def _turn_padding(dataset: FileDataset, cell: Cell, total: int) -> None:
    """Padding is turned round with all else, so that no value of the data becomes padding, nor padding data."""
    smallest, largest = (dataset.get(f"{end}ImagePixelValue") for end in ("Smallest", "Largest"))
    vr = "SS" if cell.signed else "US"
    if isinstance(smallest, int) and isinstance(largest, int):
        dataset.add_new(0x00280106, vr, total - largest)
        dataset.add_new(0x00280107, vr, total - smallest)
    for name in ("SmallestPixelValueInSeries", "LargestPixelValueInSeries"):
        if name in dataset:
            delattr(dataset, name)
    if _PADDING not in dataset or dataset[_PADDING].is_empty:
        return
    limit = dataset[_LIMIT].value if _LIMIT in dataset else None
    found = padding_range(cell, int(dataset[_PADDING].value), None if limit is None else int(limit))
    if found is None:
        del dataset[_PADDING]
    else:
        dataset.add_new(_PADDING, vr, total - found[1])
    if _LIMIT in dataset:
        del dataset[_LIMIT]
        if found is not None and found[0] != found[1]:
            dataset.add_new(_LIMIT, vr, total - found[0])
