"""The pixels of one volume: every slice read at its known place, decoded and rescaled into one array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import HostileFile
from scan2train.formats.dicom.cell import Cell, cell_of
from scan2train.formats.dicom.decode import Decoder, Frames
from scan2train.formats.dicom.dtype import value_dtype
from scan2train.formats.dicom.encapsulated import Place
from scan2train.formats.dicom.float_padding import float_padding
from scan2train.formats.dicom.lookup import Lookup, lookups
from scan2train.formats.dicom.memory import voxels
from scan2train.formats.dicom.padding import padding_range
from scan2train.formats.dicom.photometric import require_known
from scan2train.formats.dicom.rescale import Rescale, rescale_of
from scan2train.formats.dicom.tiles import cut, sheets
from scan2train.formats.dicom.undeclared import NONE_FOUND, Undeclared, find_undeclared, is_asked
from scan2train.formats.regular import largest_image
from scan2train.knowledge.transfer_syntaxes import COLOUR_UNDONE


@dataclass(frozen=True, kw_only=True, eq=False)
class Pixels:
    """What was read.

    ``array`` is ``(k, j, i)`` or ``(k, j, i, c)`` in C order, ``valid`` ``(k, j, i)`` or ``None`` where nothing is
    padding. ``spare_bits`` says that bits beside the stored ones were in use,
    ``longer_by`` by how many bytes pixel data was longer than needed, ``odd`` what else does not fit, ``fault`` where
    a compressed frame departs from its standard. ``undeclared`` is padding that only the values tell,
    ``value_range`` the lowest and the highest value that the header allows; ``None`` for colour and floating point.
    """

    array: npt.NDArray[Any]
    valid: npt.NDArray[np.bool_] | None
    cell: Cell
    declared_rescale: bool
    spare_bits: bool = False
    padded: int = 0
    longer_by: int = 0
    odd: str = ""
    fault: str = ""
    undeclared: Undeclared = NONE_FOUND
    value_range: tuple[float, float] | None = None


def read_pixels(row: Mapping[str, Any], base: Path, *, dtype: np.dtype[Any] | None = None) -> Pixels:
    """Read the voxels of a volume.

    Parameters
    ----------
    row
        A row of the volumes table, of format ``"dicom"``.
    base
        The folder that its paths are relative to.
    dtype
        The type of the values, where it is not to follow from the row: that of others which they are compared with.

    Raises
    ------
    ChangedSource
        If a file is gone or has another size than when it was indexed.
    UnreadableFile, HostileFile, DecoderMissing, NonconformingHeader
        If pixel data are too short, corrupt, lie about their size, or no decoder is there.
    """
    if row["tiles_across"] is not None:
        return cut(row, read_pixels(sheets(row), base, dtype=dtype))
    root = f"{base}/"
    paths = [root + name for name in row["member_path"]]
    cell = cell_of(row, row["pixel_kind"], paths[0])
    if cell.kind not in ("float", "double"):
        bare = not set(row["member_transfer_syntax"]) <= COLOUR_UNDONE
        require_known(cell.photometric, cell.samples, paths[0], bare=bare)
    rescale = rescale_of(row, paths[0])
    tables, looked_up = lookups(paths, cell, modality_lut=row["modality_lut"])
    colours = cell.photometric == "PALETTE COLOR"
    if dtype is None:
        dtype = looked_up or _dtype(cell, rescale)
    channels = (3,) if colours else (cell.samples,) if cell.samples > 1 else ()
    shape = (len(paths), cell.rows, cell.columns, *channels)
    _require_room(shape, dtype, paths[0])

    array = voxels(shape, dtype)
    decoder = Decoder(
        cell=cell,
        lookups=tables,
        colours=colours,
        padding=_paddings(cell, row, paths),
        slopes=rescale.slopes,
        intercepts=rescale.intercepts,
        array=array,
    )
    seen = decoder.read(_by_file(row, paths))
    masks = dict(seen.valid)
    undeclared = NONE_FOUND
    if is_asked(row, cell, declared=rescale.declared):
        undeclared, more = find_undeclared(array, masks, rescale.lowest(cell))
        masks |= more
    return Pixels(
        array=array,
        valid=_joined(masks, shape),
        cell=cell,
        declared_rescale=rescale.declared,
        spare_bits=seen.spare_bits,
        padded=seen.padded,
        longer_by=seen.longer_by,
        odd=seen.odd,
        fault=seen.fault,
        undeclared=undeclared,
        value_range=_range(cell, rescale, tables),
    )


def _dtype(cell: Cell, rescale: Rescale) -> np.dtype[Any]:
    if cell.kind in ("float", "double"):
        return np.dtype(np.float32 if cell.kind == "float" else np.float64)
    return value_dtype(cell.limits, rescale.slopes, rescale.intercepts)


def _range(cell: Cell, rescale: Rescale, tables: Sequence[Lookup] | None) -> tuple[float, float] | None:
    if cell.samples > 1 or cell.kind in ("float", "double") or cell.photometric == "PALETTE COLOR":
        return None
    if tables is not None:
        ends = [(float(one.values.min()), float(one.values.max())) for one in set(tables)]
    else:
        ends = list(rescale.ranges(cell))
    return min(low for low, _ in ends), max(high for _, high in ends)


def _paddings(
    cell: Cell, row: Mapping[str, Any], paths: Sequence[str]
) -> tuple[tuple[float, float] | None, ...]:
    """The stored values that are padding on each slice; few series have more than one pair of numbers."""
    if cell.kind in ("float", "double"):
        by_file = {path: float_padding(Path(path), cell.kind) for path in dict.fromkeys(paths)}
        return tuple(by_file[path] for path in paths)
    pairs = list(zip(row["member_padding_value"], row["member_padding_limit"], strict=True))
    ranges = {pair: padding_range(cell, *pair) for pair in set(pairs)}
    return tuple(ranges[pair] for pair in pairs)


def _by_file(row: Mapping[str, Any], paths: Sequence[str]) -> list[Frames]:
    """The frames that each file holds, files in order of their first slice."""
    slices: dict[str, list[int]] = {}
    for k, path in enumerate(paths):
        slices.setdefault(path, []).append(k)
    return [
        Frames(
            place=Place(
                path=path,
                size=row["member_size"][ks[0]],
                offset=row["member_offset"][ks[0]],
                length=row["member_length"][ks[0]],
                syntax=row["member_transfer_syntax"][ks[0]] or "",
                total=row["member_frames"][ks[0]] or 1,
            ),
            encapsulated=row["member_pixel_kind"][ks[0]] == "encapsulated",
            slices=tuple(ks),
            frames=tuple(row["member_frame"][k] for k in ks),
        )
        for path, ks in slices.items()
    ]


def _joined(
    masks: Mapping[int, npt.NDArray[np.bool_]], shape: tuple[int, ...]
) -> npt.NDArray[np.bool_] | None:
    if not masks:
        return None
    valid = np.ones(shape[:3], dtype=np.bool_)
    for k, mask in masks.items():
        valid[k] = mask
    return valid


def _require_room(shape: tuple[int, ...], dtype: np.dtype[Any], where: str) -> None:
    wanted = dtype.itemsize
    for n in shape:
        wanted *= n
    if wanted > largest_image():
        raise HostileFile(
            "the image is larger than an image may be",
            where=where,
            expected=f"at most {largest_image()} bytes",
            found=f"{wanted} bytes",
            advice="Set SCAN2TRAIN_LARGEST_IMAGE_GIB to allow more, if you trust where it comes from.",
        )
