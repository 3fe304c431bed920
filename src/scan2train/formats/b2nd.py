"""``.b2nd``: one array of Blosc2 in one file, for training that reads patches."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import blosc2
import numpy as np
import numpy.typing as npt

from scan2train.errors import HostileFile, NonconformingHeader, NotAnImage, UnreadableFile, WrongUse
from scan2train.finding import Finding, Severity
from scan2train.formats.about import KEY, about, grid_of, volume_of
from scan2train.formats.atomic import replacing
from scan2train.formats.b2nd_frame import MOST_RATIO, SMALL, examine
from scan2train.formats.header import ImageHeader
from scan2train.formats.noticed import misleading_suffix, non_finite, noticed
from scan2train.formats.regular import open_regular
from scan2train.grid import Grid
from scan2train.volume import Volume

#: Where the mask of real data stands among the values of variable length.
_VALID = "valid"
#: Along i, j and k, as for Zarr; and of what is decoded at once within a chunk.
_CHUNK, _BLOCK = 64, 32
#: lz4 behind bit shuffling: three quarters of what floats of full precision take, and twice as fast as zstd to unpack.
_LEVEL = 5


class _Known(NamedTuple):
    header: ImageHeader
    array: Any
    told: dict[str, Any]


def read_header(path: Path) -> ImageHeader:
    """Read what a ``.b2nd`` file says about itself.

    Raises
    ------
    NotAnImage
        If the array has not three or four axes.
    UnreadableFile, NonconformingHeader, HostileFile, GeometryError
        If the frame is cut short, contradicts itself, or promises more than the file can hold.
    """
    return _examine(path).header


def read_volumes(path: Path) -> tuple[Volume, ...]:
    """Read the one array, ``(i, j, k[, c])``; ``Labels`` with their names and ``valid`` where they were written.

    An array without what this package writes beside it lies on a pixel grid.

    Raises
    ------
    NotAnImage, UnreadableFile, NonconformingHeader, HostileFile, GeometryError
        As :func:`read_header`, and if a chunk cannot be decoded.
    """
    header, stored, told = _examine(path)
    try:
        array = _decode(stored, path)
    except HostileFile:
        raise
    except Exception as error:  # whatever the library raises on broken input
        raise UnreadableFile(f"cannot be decoded: {error}", where=path) from error
    findings = (*header.findings, *non_finite(path, array))
    meta = {"format": "b2nd", "path": str(path)}
    valid = _mask(stored, header.grid.shape, path) if told else None
    return (volume_of(array, valid, told, (header.grid, path), findings=findings, meta=meta),)


def write(volume: Volume, path: Path) -> None:
    """Write the array in chunks of 64 × 64 × 64, packed with lz4 behind bit shuffling; i is the first axis.

    Affine, unit and labels' names stand in ``schunk.vlmeta["scan2train"]``, and where not all is real, the mask in
    ``schunk.vlmeta["valid"]``: ``numpy.packbits`` of it in C order. The same volume gives the same bytes.

    Raises
    ------
    WrongUse
        If the values are not numbers.
    """
    array = volume.array
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise WrongUse(f"values of type {array.dtype} cannot be written", where=path)
    stored = _packed(array)
    stored.schunk.vlmeta[KEY] = about(volume)
    if volume.valid is not None:
        stored.schunk.vlmeta[_VALID] = np.packbits(volume.valid).tobytes()
    with replacing(path) as file:
        file.write(stored.to_cframe())


def _packed(array: npt.NDArray[Any]) -> Any:
    """The array as one of Blosc2, chunk after chunk, so that no second array of the size of the first is needed."""
    more = array.shape[3:]
    chunk = (*(min(size, _CHUNK) for size in array.shape[:3]), *more)
    stored = blosc2.empty(
        array.shape,
        array.dtype.newbyteorder("<"),
        chunks=chunk,
        blocks=(*(min(size, _BLOCK) for size in array.shape[:3]), *more),
        # One thread: several put the blocks of a chunk in the order in which they are done.
        cparams={
            "codec": blosc2.Codec.LZ4,
            "clevel": _LEVEL,
            "nthreads": 1,
            "filters": [blosc2.Filter.BITSHUFFLE],
        },
    )
    for at in np.ndindex(*(-(-size // step) for size, step in zip(array.shape, chunk, strict=True))):
        place = tuple(slice(n * step, (n + 1) * step) for n, step in zip(at, chunk, strict=True))
        stored[place] = np.ascontiguousarray(array[place], stored.dtype)
    return stored


def _examine(path: Path) -> _Known:
    with open_regular(path) as file:
        data = file.readall()
    frame = examine(data, path)
    if len(frame.shape) not in {3, 4}:
        raise NotAnImage("an array, but no volume", where=path, found=f"shape {frame.shape}")
    try:
        stored = blosc2.ndarray_from_cframe(data)
        told = stored.schunk.vlmeta.get(KEY, {})
    except Exception as error:  # whatever the library raises on broken input
        raise UnreadableFile(f"the frame is broken: {error}", where=path) from error
    if stored.shape != frame.shape or stored.dtype != frame.dtype or not isinstance(told, dict):
        raise NonconformingHeader("the frame contradicts itself", where=path, found=f"shape {stored.shape}")
    shape = frame.shape
    odd: tuple[Finding, ...] = ()
    if told:
        grid = grid_of(told, shape, path)
    else:
        grid = Grid((shape[0], shape[1], shape[2]), np.eye(4), physical=False)
        message = "no place in a patient: read as a pixel grid"
        odd = (noticed("GEO001", path, message, severity=Severity.INFO),)
    header = ImageHeader(
        format="b2nd",
        grid=grid,
        dtype=frame.dtype,
        channels=shape[3] if len(shape) > 3 else 1,
        unit=str(told.get("unit", "a.u.")),
        files=(path,),
        findings=(*misleading_suffix(path, "b2nd"), *odd),
        fields={**told, "shape": shape, "chunk": frame.chunk},
    )
    return _Known(header, stored, told)


def _decode(stored: Any, path: Path) -> npt.NDArray[Any]:
    """The whole array; blank chunks are left as the system gives memory, which takes none until it is written to."""
    array = np.zeros(stored.shape, stored.dtype)
    filled = [
        one.nchunk for one in stored.schunk.iterchunks_info() if one.special != blosc2.SpecialValue.ZERO
    ]
    wanted, held = len(filled) * stored.schunk.chunksize, path.stat().st_size
    if wanted > max(SMALL, MOST_RATIO * held):
        raise HostileFile(
            "the image would swell far beyond its file",
            where=path,
            expected=f"at most {MOST_RATIO} times {held} bytes that are not blank",
            found=f"{wanted} bytes",
        )
    grid = [-(-size // step) for size, step in zip(stored.shape, stored.chunks, strict=True)]
    for number in filled:
        begins = [
            int(n) * step for n, step in zip(np.unravel_index(number, grid), stored.chunks, strict=True)
        ]
        place = tuple(
            slice(begin, min(begin + step, size))
            for begin, step, size in zip(begins, stored.chunks, stored.shape, strict=True)
        )
        array[place] = stored[place]
    return array


def _mask(stored: Any, shape: tuple[int, int, int], path: Path) -> npt.NDArray[np.bool_] | None:
    if _VALID not in stored.schunk.vlmeta:
        return None
    packed, count = stored.schunk.vlmeta[_VALID], int(np.prod(shape))
    if not isinstance(packed, bytes) or len(packed) != -(-count // 8):
        raise NonconformingHeader("the mask of real data does not fit the image", where=path)
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=count)
    return bits.view(np.bool_).reshape(shape)
