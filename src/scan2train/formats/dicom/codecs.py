"""Compressed frames to cells: which decoder for which transfer syntax (PS3.5 A.4), within what the header allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import DecoderMissing, HostileFile, UnreadableFile
from scan2train.formats.dicom.cell import Cell
from scan2train.formats.dicom.codestream import Claim, jpeg2000_claim, jpeg_claim
from scan2train.formats.dicom.jpegxl import jpegxl_claim
from scan2train.formats.dicom.photometric import PARTIAL
from scan2train.formats.dicom.rle import decode_rle
from scan2train.formats.dicom.uncompressed import decode_uncompressed
from scan2train.knowledge.sop_classes import LOSSY_SYNTAXES
from scan2train.knowledge.transfer_syntaxes import (
    DECODED,
    HTJ2K,
    JPEG,
    JPEG_2000,
    JPEG_LS,
    JPEG_XL,
    RLE,
    UNCOMPRESSED,
    syntax_name,
)

_HIGH_BIT = (
    "High Bit leaves bits free below the stored ones, and the compressed frame has none; it was not followed"
)


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A frame: ``(rows, columns, samples)`` unsigned cells, and the photometric interpretation that they are in.

    Decoders undo the colour transform of the codestream. ``odd`` says where stream and header disagree, ``fault``
    where the stream departs from its standard.
    """

    cells: npt.NDArray[Any]
    photometric: str
    odd: str = ""
    fault: str = ""


def decode_frame(
    data: bytes, syntax: str, cell: Cell, where: object, out: npt.NDArray[np.uint8] | None = None
) -> Decoded:
    """Decode one frame; into the bytes of ``out``, where the codec gives cells as they are wanted.

    Raises
    ------
    DecoderMissing
        If nothing decodes the transfer syntax.
    HostileFile
        If the stream claims another size than the header.
    UnreadableFile
        If the stream is corrupt or cut short.
    """
    if syntax == RLE:
        return Decoded(decode_rle(data, cell, where), cell.photometric)
    if syntax in UNCOMPRESSED:
        return Decoded(decode_uncompressed(data, syntax, cell, where), cell.photometric)
    if syntax not in DECODED:
        raise DecoderMissing(
            "no decoder for this transfer syntax",
            where=where,
            expected="RLE, JPEG, JPEG-LS, JPEG 2000, HTJ2K or JPEG XL",
            found=syntax_name(syntax),
            advice="Convert the file to an uncompressed transfer syntax first.",
        )
    if syntax in JPEG or syntax in JPEG_LS:
        claim = jpeg_claim(data, where)
    elif syntax in JPEG_XL:
        claim = jpegxl_claim(data, where)
    else:
        claim = jpeg2000_claim(data, where)
    _hold_to(claim, cell, where)
    target = _target(out, claim, cell)
    pixels, photometric = _decode(data, syntax, claim, cell, where, target)
    if pixels.shape[:2] != (cell.rows, cell.columns) or pixels.size != cell.values:
        raise UnreadableFile(
            "the frame decodes to another size",
            where=where,
            expected=(cell.rows, cell.columns, cell.samples),
            found=pixels.shape,
        )
    lossy = syntax in LOSSY_SYNTAXES or not claim.reversible
    if lossy and claim.bits > cell.stored and not (claim.signed or cell.signed or cell.shift):
        # What loss has carried over the largest stored value would begin again at 0 where bits are cut off.
        pixels = np.minimum(pixels, pixels.dtype.type((1 << cell.stored) - 1), out=target)
    cells, odd = _as_cells(pixels, cell), _odd(claim, syntax, cell)
    if cell.shift and claim.bits <= cell.stored:
        # The stream has no room for bits below the stored ones: it holds these alone.
        cells, odd = cells << cells.dtype.type(cell.shift), odd or _HIGH_BIT
    return Decoded(cells, photometric, odd, claim.fault)


def _odd(claim: Claim, syntax: str, cell: Cell) -> str:
    if claim.boxed:
        return "the codestream comes within a JP2 file (PS3.5 8.2.4 wants it bare)"
    if syntax in JPEG_2000 and claim.signed != cell.signed:
        return "the codestream is signed where the header is not, or the reverse; the header was followed"
    return ""


def _hold_to(claim: Claim, cell: Cell, where: object) -> None:
    expected = (cell.rows, cell.columns, cell.samples)
    found = (claim.rows, claim.columns, claim.samples or cell.samples)
    if expected != found or claim.bits > cell.allocated:
        raise HostileFile(
            "the compressed frame claims another size than the header",
            where=where,
            expected=f"{expected} of at most {cell.allocated} bits",
            found=f"{found} of {claim.bits} bits",
        )


def _target(
    out: npt.NDArray[np.uint8] | None, claim: Claim, cell: Cell
) -> npt.NDArray[np.unsignedinteger[Any]] | None:
    """``out`` as the array that a codec would make of its own: the smallest type without sign that holds the bits."""
    made = 1 if claim.bits <= 8 else 2
    if out is None or cell.samples > 1 or claim.signed or claim.bits > 16 or made != cell.word.itemsize:
        return None
    return out.view(cell.word).reshape(cell.rows, cell.columns)


def _decode(
    data: bytes, syntax: str, claim: Claim, cell: Cell, where: object, out: npt.NDArray[Any] | None
) -> tuple[npt.NDArray[Any], str]:
    import imagecodecs

    try:
        if syntax in JPEG:
            return _decode_jpeg(data, claim, cell, out)
        if syntax in JPEG_LS:
            return imagecodecs.jpegls_decode(data, out=out), cell.photometric
        if syntax in JPEG_XL:
            # The decoder undoes whatever colour space the stream is in.
            pixels = imagecodecs.jpegxl_decode(data, keeporientation=True, out=out)
            return pixels, "RGB" if cell.samples == 3 else cell.photometric
        # OpenJPH lets lossy values that leave their range come back at its other end; OpenJPEG limits them.
        lossless_high = syntax in HTJ2K and claim.reversible
        decode = imagecodecs.htj2k_decode if lossless_high else imagecodecs.jpeg2k_decode
        return decode(data, out=out), "RGB" if cell.samples == 3 and claim.transformed else cell.photometric
    except ImportError as error:
        raise DecoderMissing(
            "imagecodecs was built without the decoder for this transfer syntax",
            where=where,
            found=syntax,
            advice="Install imagecodecs from its wheels, which hold all decoders.",
        ) from error
    except Exception as error:  # decoders raise their own errors, and plain ones
        raise UnreadableFile(f"the compressed frame is corrupt: {error}", where=where) from error


def _decode_jpeg(
    data: bytes, claim: Claim, cell: Cell, out: npt.NDArray[Any] | None
) -> tuple[npt.NDArray[Any], str]:
    import imagecodecs

    if cell.samples != 3:
        return imagecodecs.jpeg_decode(data, out=out), cell.photometric
    if cell.photometric in PARTIAL:
        return imagecodecs.jpeg_decode(data, colorspace="YCBCR", outcolorspace="YCBCR"), cell.photometric
    stays = cell.photometric == "RGB" or claim.adobe == 0 or claim.named_rgb
    pixels = imagecodecs.jpeg_decode(data, colorspace="RGB" if stays else "YCBCR", outcolorspace="RGB")
    return pixels, "RGB"


def _as_cells(pixels: npt.NDArray[Any], cell: Cell) -> npt.NDArray[Any]:
    """The decoder's integers as unsigned cells of the header's width, bits kept."""
    if pixels.dtype == cell.word and pixels.flags.c_contiguous:
        return pixels.reshape(cell.rows, cell.columns, cell.samples)
    kind = f"i{cell.word.itemsize}" if pixels.dtype.kind == "i" else cell.word
    wide = pixels.astype(kind, copy=False)
    return np.ascontiguousarray(wide.view(cell.word)).reshape(cell.rows, cell.columns, cell.samples)
