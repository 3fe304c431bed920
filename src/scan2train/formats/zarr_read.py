"""Reading Zarr: a group that this package wrote, a multiscale image of OME, or one array."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scan2train.errors import NonconformingHeader, NotAnImage, UnreadableFile
from scan2train.finding import Finding, Severity
from scan2train.formats.about import KEY, grid_of, volume_of
from scan2train.formats.header import ImageHeader
from scan2train.formats.noticed import non_finite, noticed
from scan2train.formats.sibling import beside
from scan2train.formats.zarr_array import METADATA, ZarrArray, array_of, load
from scan2train.formats.zarr_box import ZarrBox
from scan2train.formats.zarr_chunks import chunk_files, decode
from scan2train.grid import Grid
from scan2train.volume import Volume

#: Names of the arrays: earlier versions wrote ``image``, with i as the first axis and no word for viewers.
IMAGE, VALID = "image", "valid"
#: A name of one member after the other, none of which leads upwards or away.
_MEMBER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_SPACE = "xyz"


class _Member(NamedTuple):
    array: ZarrArray
    metadata: Path
    files: dict[tuple[int, ...], Path]


class _Known(NamedTuple):
    """``order`` are the file's axes as i, j, k and, where there is one, time or channels; ``told`` is ours or empty."""

    header: ImageHeader
    image: _Member
    valid: _Member | None
    order: tuple[int, ...]
    told: dict[str, Any]


def read_header(path: Path) -> ImageHeader:
    """Read what a Zarr folder says about itself.

    Parameters
    ----------
    path
        The ``zarr.json`` of the folder, or the folder.

    Raises
    ------
    NotAnImage
        If it is a group that holds no image that is known, or an array of other than two to five axes.
    UnreadableFile, NonconformingHeader, HostileFile, DecoderMissing, GeometryError
        If metadata are broken, promise more than the files can hold, need a codec that is not known, or lead out of
        the folder.
    """
    return _examine(path).header


def read_volumes(path: Path) -> tuple[Volume, ...]:
    """Read the image: one volume, or one per time point of an OME image.

    What this package wrote comes back as it was, ``Labels`` with their names and ``valid`` included. Other arrays
    lie on a pixel grid, their axes named x, y, z brought to i, j, k, and without names taken as (i, j, k[, c]).

    Raises
    ------
    NotAnImage, UnreadableFile, NonconformingHeader, HostileFile, DecoderMissing, GeometryError
        As :func:`read_header`, and if a chunk cannot be decoded.
    """
    known = _examine(path)
    header = known.header
    whole = decode(known.image.array, known.image.files)
    findings = (*header.findings, *non_finite(header.files[0], whole))
    array = _turned(whole, known.order)
    if array.ndim == 2:
        array = array[:, :, np.newaxis]
    about: dict[str, object] = {"format": "zarr", "path": str(header.files[0])}
    place = (header.grid, header.files[0])
    if known.told:
        valid = None if known.valid is None else _mask(known.valid, header, known.order)
        return (volume_of(array, valid, known.told, place, findings=findings, meta=about),)
    volumes = []
    for point in range(header.volumes):
        if header.dimension:
            about |= {"dimension": header.dimension, "dimension_value": point}
        one = array[..., point] if header.dimension else _channels(array, header.channels)
        volumes.append(Volume(array=one, grid=header.grid, findings=findings, meta=about))
    return tuple(volumes)


def read_box(
    path: Path,
) -> tuple[tuple[int, ...], Callable[[tuple[int, ...], tuple[int, ...]], npt.NDArray[Any]]]:
    """The image's shape ``(i, j, k[, c])``, and what reads a box of it: the first index and the size, both so ordered.

    Which files there are is looked up once. Raises as :func:`read_header`; reading a box as :func:`read_volumes`.
    """
    known = _examine(path)
    array, order = known.image.array, known.order
    boxes = ZarrBox(array, known.image.files)

    def read(start: tuple[int, ...], size: tuple[int, ...]) -> npt.NDArray[Any]:
        first, count = [0] * len(array.shape), [1] * len(array.shape)
        for axis, a, n in zip(order, start, size, strict=True):
            first[axis], count[axis] = a, n
        return _turned(boxes.read(tuple(first), tuple(count)), order)

    return tuple(array.shape[axis] for axis in order), read


def _turned(whole: npt.NDArray[Any], order: tuple[int, ...]) -> npt.NDArray[Any]:
    """The array with the axes ``order``; others, of one voxel, are left out."""
    rank = np.argsort(np.argsort(order))
    return np.squeeze(whole, tuple(set(range(whole.ndim)) - set(order))).transpose(rank)


def _channels(array: npt.NDArray[Any], channels: int) -> npt.NDArray[Any]:
    return array[..., 0] if array.ndim > 3 and channels == 1 else array


def _mask(valid: _Member, header: ImageHeader, order: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    # Its axes are those of the image without the channels, which come first where the order is turned about.
    shift = min(order[:3])
    space = tuple(axis - shift for axis in order[:3])
    expected = tuple(size for _, size in sorted(zip(space, header.grid.shape, strict=True)))
    if valid.array.shape != expected or valid.array.dtype != np.bool_:
        raise NonconformingHeader(
            "the mask of real data does not fit the image",
            where=valid.metadata,
            expected=f"bool, {expected}",
            found=f"{valid.array.dtype}, {valid.array.shape}",
        )
    return _turned(decode(valid.array, valid.files), space)


def _examine(path: Path) -> _Known:
    root = path / METADATA if path.is_dir() else path
    found = load(root)
    attributes = found.get("attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    told = attributes.get(KEY)
    if found.get("node_type") == "group":
        ours = isinstance(told, dict)
        name, axes = (IMAGE, None) if ours and "ome" not in attributes else _multiscale(attributes, root)
        image = _member(root, name, whole=ours)
        valid = _member(root, VALID, whole=True) if ours and (root.parent / VALID).is_dir() else None
    else:
        image, valid, axes = _member(root, "", found, whole=isinstance(told, dict)), None, None
    told = told if isinstance(told, dict) else {}
    order, other = _own_order(image.array, told, root) if told else _order(image.array, axes, root)
    shape = tuple(image.array.shape[axis] for axis in order)
    grid = (
        grid_of(told, shape, root) if told else Grid((*shape[:3], 1)[:3], np.eye(4), physical=False)  # type: ignore[arg-type]
    )
    more = shape[3] if len(shape) > 3 else 1
    members = [image] if valid is None else [image, valid]
    files = [root, *(member.metadata for member in members if member.metadata != root)]
    files += [file for member in members for file in member.files.values()]
    header = ImageHeader(
        format="zarr",
        grid=grid,
        dtype=image.array.dtype,
        channels=1 if other == "t" else more,
        volumes=more if other == "t" else 1,
        dimension="time" if other == "t" and more > 1 else "",
        unit=str(told.get("unit", "a.u.")),
        files=tuple(files),
        findings=_odd(root, image, told),
        fields={**told, "shape": image.array.shape, "chunk": image.array.chunk, "codecs": image.array.codecs},
    )
    return _Known(header, image, valid, order, told)


def _member(root: Path, name: str, found: dict[str, Any] | None = None, *, whole: bool) -> _Member:
    """The array ``name`` below a group; ``whole`` where none of its chunks may be missing."""
    metadata = beside(root, f"{name}/{METADATA}") if name else root
    array = array_of(load(metadata) if found is None else found, metadata)
    files = chunk_files(metadata.parent, array)
    if whole and len(files) != math.prod(array.chunks):
        raise UnreadableFile(
            "chunks are missing",
            where=metadata,
            expected=f"{math.prod(array.chunks)} chunks",
            found=f"{len(files)}",
            advice="The folder was copied in part; fetch it again.",
        )
    return _Member(array, metadata, files)


def _multiscale(attributes: dict[str, Any], root: Path) -> tuple[str, list[str]]:
    """Name of the array of full resolution, and the names of its axes.

    Source: OME-Zarr specification 0.5, section 2.4, https://ngff.openmicroscopy.org/0.5.
    """
    try:
        (scales,) = attributes["ome"]["multiscales"]
        name, axes = scales["datasets"][0]["path"], [axis["name"] for axis in scales["axes"]]
    except (LookupError, TypeError, ValueError) as error:
        raise NotAnImage(
            "a Zarr group that holds no image that is known",
            where=root,
            expected=f"attributes of {KEY} or of OME",
        ) from error
    if not isinstance(name, str) or not _MEMBER.fullmatch(name):
        raise NonconformingHeader("an array with an impossible name", where=root, found=ascii(name)[:80])
    return name, axes


def _own_order(array: ZarrArray, told: dict[str, Any], root: Path) -> tuple[tuple[int, ...], str]:
    """As :func:`_order` for an array of ours, which says how its axes lie; earlier versions may not have."""
    axes = told.get("axes", list("ijkc"[: len(array.shape)]))
    if axes not in (list("ijkc"[: len(array.shape)]), list("ckji"[-len(array.shape) :])) or len(axes) < 3:
        raise NonconformingHeader(
            "axes that this package does not write",
            where=root,
            expected="i j k or k j i",
            found=ascii(axes)[:80],
        )
    return tuple(axes.index(axis) for axis in "ijkc" if axis in axes), "c" if len(axes) > 3 else ""


def _order(array: ZarrArray, axes: list[str] | None, root: Path) -> tuple[tuple[int, ...], str]:
    """The file's axes in the order i, j, k and the one that is left, and what that is: ``"t"``, ``"c"`` or none."""
    names = [str(name).lower() for name in (array.names if axes is None else axes)]
    count = len(array.shape)
    if not set(names) <= set("tczyx") or len(set(names)) != len(names) or len(names) != count:
        if count not in {3, 4}:
            raise NotAnImage("an array, but no volume", where=root, found=f"shape {array.shape}")
        return tuple(range(count)), "c" if count > 3 else ""
    space = [names.index(name) for name in _SPACE if name in names]
    others = [axis for axis in range(count) if axis not in space]
    long = [axis for axis in others if array.shape[axis] > 1]
    if len(long) > 1 or not {"x", "y"} <= set(names) or (long and len(space) < 3):
        raise NotAnImage(
            "axes that are not understood",
            where=root,
            expected="x, y, z and one of t and c",
            found=" ".join(names),
        )
    return (*space, *long), names[long[0]] if long else ""


def _odd(root: Path, image: _Member, told: dict[str, Any]) -> tuple[Finding, ...]:
    if told:
        return ()
    odd = [
        noticed("GEO001", root, "no place in a patient: read as a pixel grid", severity=Severity.INFO),
    ]
    absent = math.prod(image.array.chunks) - len(image.files)
    if absent:
        message = "chunks were never written, or are lost; the fill value was taken for them"
        odd.append(noticed("FIL005", root, message, seen=f"{absent} chunks", expected="all of them"))
    return tuple(odd)
