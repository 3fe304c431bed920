"""Compressed pixel data: frames encoded in any transfer syntax that is read, and laid into fragments (PS3.5 A.4)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Pixels = npt.NDArray[Any]

_ROOT: Final = "1.2.840.10008.1.2"
#: Short words for the compressed transfer syntaxes that are written here.
COMPRESSED: Final = {
    "rle": f"{_ROOT}.5",
    "jpeg": f"{_ROOT}.4.50",
    "jpeg-extended": f"{_ROOT}.4.51",
    "jpeg-lossless": f"{_ROOT}.4.57",
    "jpeg-lossless-sv1": f"{_ROOT}.4.70",
    "jpeg-ls": f"{_ROOT}.4.80",
    "jpeg-ls-near": f"{_ROOT}.4.81",
    "jpeg2000": f"{_ROOT}.4.90",
    "jpeg2000-lossy": f"{_ROOT}.4.91",
    "htj2k": f"{_ROOT}.4.201",
    "htj2k-rpcl": f"{_ROOT}.4.202",
    "htj2k-lossy": f"{_ROOT}.4.203",
    "jpeg-xl": f"{_ROOT}.4.110",
    "jpeg-xl-recompressed": f"{_ROOT}.4.111",
    "jpeg-xl-lossy": f"{_ROOT}.4.112",
    "deflated-frames": f"{_ROOT}.8.1",
    "encapsulated": f"{_ROOT}.1.98",
}
#: Largest difference of a near-lossless JPEG-LS stream from what went into it.
NEAR: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Encapsulation:
    """How frames are laid into items.

    Parameters
    ----------
    fragments
        Into how many fragments each frame is cut.
    basic
        Fill the Basic Offset Table; it is empty otherwise.
    extended
        Add the Extended Offset Table and its lengths, which go with one fragment a frame.
    moved
        How many bytes every offset but the first is wrong by.
    """

    fragments: int = 1
    basic: bool = True
    extended: bool = False
    moved: int = 0


def encode_frame(pixels: Pixels, syntax: str, bits: int) -> bytes:
    """One frame as a stream.

    Parameters
    ----------
    pixels
        ``(rows, columns)`` or ``(rows, columns, 3)``: unsigned; signed where the codestream is to be signed.
    syntax
        Transfer Syntax UID; one of :data:`COMPRESSED`.
    bits
        Bits Stored; Bits Allocated where whole cells are stored.

    Raises
    ------
    WrongUse
        If nothing here encodes the syntax, or its codec cannot take such pixels.
    """
    word = {uid: word for word, uid in COMPRESSED.items()}.get(syntax)
    if word is None:
        raise WrongUse("nothing here encodes this transfer syntax", found=syntax)
    try:
        return _ENCODERS[word](np.ascontiguousarray(pixels), bits)
    except (RuntimeError, ValueError) as error:
        raise WrongUse(f"these pixels cannot be encoded as {word}: {error}") from error


def lay_frames(made: Dataset, frames: list[bytes], how: Encapsulation) -> None:
    """Put encoded frames into a data set as encapsulated Pixel Data."""
    items, offsets, lengths = b"", [], []
    for frame in frames:
        even = frame + b"\0" * (len(frame) % 2)
        size = max(2, -(-len(even) // how.fragments) // 2 * 2 + 2) if how.fragments > 1 else len(even)
        offsets.append(len(items) + (how.moved if items else 0))
        lengths.append(len(frame))
        items += b"".join(_item(even[at : at + size]) for at in range(0, len(even), size))
    table = struct.pack(f"<{len(offsets)}I", *offsets) if how.basic else b""
    if how.extended:
        made.add_new(0x7FE00001, "OV", struct.pack(f"<{len(offsets)}Q", *offsets))
        made.add_new(0x7FE00002, "OV", struct.pack(f"<{len(lengths)}Q", *lengths))
    made.add_new(0x7FE00010, "OB", _item(table) + items)
    made["PixelData"].is_undefined_length = True


def _item(body: bytes) -> bytes:
    return struct.pack("<II", 0xE000FFFE, len(body)) + body


def _jpeg(
    level: int, bits: int | None = None, predictor: int | None = None
) -> Callable[[Pixels, int], bytes]:
    def encode(pixels: Pixels, stored: int) -> bytes:
        import imagecodecs

        lossless: dict[str, Any] = {} if predictor is None else {"lossless": True, "predictor": predictor}
        if pixels.ndim == 3 and predictor is None:
            lossless = {"colorspace": "RGB", "outcolorspace": "YCBCR", "subsampling": "422"}
        if pixels.ndim == 3 and predictor is not None:
            lossless |= {"colorspace": "RGB", "outcolorspace": "RGB"}
        return bytes(imagecodecs.jpeg8_encode(pixels, level, bitspersample=bits or stored, **lossless))

    return encode


def _jpeg_ls(near: int) -> Callable[[Pixels, int], bytes]:
    def encode(pixels: Pixels, bits: int) -> bytes:
        import imagecodecs
        import jpeg_ls

        rows, columns, samples = (*pixels.shape, 1)[:3]
        cells = pixels.astype("<u2" if bits > 8 else "u1")
        interleave = 2 if samples > 1 else 0
        try:
            return bytes(
                jpeg_ls.encode_buffer(cells.tobytes(), rows, columns, samples, bits, near, interleave)
            )
        except RuntimeError:
            # The room it sets aside is too small for a few noisy pixels. The other one knows whole bytes alone.
            if bits != cells.itemsize * 8:
                raise
            return bytes(imagecodecs.jpegls_encode(cells, near))

    return encode


def _jpeg_2000(level: int) -> Callable[[Pixels, int], bytes]:
    def encode(pixels: Pixels, bits: int) -> bytes:
        import imagecodecs

        return bytes(imagecodecs.jpeg2k_encode(pixels, level, codecformat="j2k", bitspersample=bits))

    return encode


def _htj2k(*, reversible: bool, order: str | None = None) -> Callable[[Pixels, int], bytes]:
    def encode(pixels: Pixels, bits: int) -> bytes:
        import imagecodecs

        try:
            made = imagecodecs.htj2k_encode(
                pixels, bitspersample=bits, reversible=reversible, prog_order=order
            )
        except TypeError:  # older ones write all bits of the type, in an order of their own
            made = imagecodecs.htj2k_encode(pixels, reversible=reversible)
        return bytes(made)

    return encode


def _jpeg_xl(distance: float) -> Callable[[Pixels, int], bytes]:
    def encode(pixels: Pixels, bits: int) -> bytes:
        import imagecodecs

        lossless = {"lossless": True} if distance == 0 else {"distance": distance}
        return bytes(imagecodecs.jpegxl_encode(pixels, bitspersample=bits, **lossless))

    return encode


def _recompressed(pixels: Pixels, bits: int) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.jpegxl_encode_jpeg(_jpeg(95)(pixels, bits)))


def _plain(pixels: Pixels, bits: int) -> bytes:
    if bits == 1:
        return np.packbits(pixels.reshape(-1), bitorder="little").tobytes()
    return pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()


def _deflated(pixels: Pixels, bits: int) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    plain = _plain(pixels, bits)
    return packer.compress(plain + b"\0" * (len(plain) % 2)) + packer.flush()


def _run_lengths(pixels: Pixels, bits: int) -> bytes:
    """A segment for each byte of a cell, the most significant first; no run crosses the end of a row (annex G)."""
    import imagecodecs

    cells = pixels.reshape(*pixels.shape[:2], -1)
    width = -(-bits // 8)
    segments = []
    for sample in range(cells.shape[2]):
        for shift in range(8 * (width - 1), -1, -8):
            plane = ((cells[:, :, sample] >> shift) & 0xFF).astype(np.uint8)
            packed = b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in plane)
            segments.append(packed + b"\0" * (len(packed) % 2))
    offsets = [64 + sum(map(len, segments[:n])) for n in range(len(segments))]
    return struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(offsets))) + b"".join(segments)


_ENCODERS: Final[dict[str, Callable[[Pixels, int], bytes]]] = {
    "rle": _run_lengths,
    "jpeg": _jpeg(95, 8),
    "jpeg-extended": _jpeg(95, 12),
    "jpeg-lossless": _jpeg(0, predictor=4),
    "jpeg-lossless-sv1": _jpeg(0, predictor=1),
    "jpeg-ls": _jpeg_ls(0),
    "jpeg-ls-near": _jpeg_ls(NEAR),
    "jpeg2000": _jpeg_2000(0),
    "jpeg2000-lossy": _jpeg_2000(60),
    "htj2k": _htj2k(reversible=True),
    "htj2k-rpcl": _htj2k(reversible=True, order="RPCL"),
    "htj2k-lossy": _htj2k(reversible=False),
    "jpeg-xl": _jpeg_xl(0),
    "jpeg-xl-recompressed": _recompressed,
    "jpeg-xl-lossy": _jpeg_xl(0.5),
    "deflated-frames": _deflated,
    "encapsulated": _plain,
}
