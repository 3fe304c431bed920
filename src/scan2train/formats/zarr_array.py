"""The ``zarr.json`` of an array: judged before any chunk of it is looked for.

Source: Zarr core specification version 3, https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scan2train.errors import DecoderMissing, HostileFile, NonconformingHeader, UnreadableFile
from scan2train.formats.regular import largest_image, open_regular
from scan2train.formats.sniff import ZARR_METADATA
from scan2train.formats.zarr_shard import ShardIndex, index_of

METADATA = ZARR_METADATA
_TYPES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()  # noqa: SIM905
)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
_MOST_METADATA = 1 << 22
_MOST_AXES = 8
_MOST_CHUNKS = 1 << 20
#: The most one chunk may take, and what it may take at least: codecs for chunks hold no more than 2 GiB.
_LARGEST_CHUNK = 1 << 30


class ZarrArray(NamedTuple):
    """An array as its metadata tell it. ``turned`` says in which order of axes a chunk's bytes lie.

    Where chunks are shards, ``inner`` is one of them as an array of its own, and ``lookup`` where their index is.
    """

    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    dtype: np.dtype[Any]
    fill: Any
    codecs: tuple[str, ...]
    turned: tuple[int, ...]
    prefix: str
    separator: str
    names: tuple[str | None, ...]
    inner: ZarrArray | None = None
    lookup: ShardIndex = ShardIndex()

    @property
    def chunks(self) -> tuple[int, ...]:
        """Chunks along each axis."""
        return tuple(-(-size // part) for size, part in zip(self.shape, self.chunk, strict=True))

    @property
    def chunk_bytes(self) -> int:
        """Bytes of a chunk, decoded."""
        return math.prod(self.chunk) * self.dtype.itemsize

    @property
    def back(self) -> tuple[int, ...]:
        """The order of axes that turns a chunk as it lies into the array's own order."""
        return tuple(self.turned.index(axis) for axis in range(len(self.turned)))

    def place(self, name: str) -> tuple[int, ...] | None:
        """Place in the grid of chunks of a file below the array's folder; ``None`` if it is no chunk."""
        words = name.removeprefix(self.prefix + self.separator if self.prefix else "").split(self.separator)
        if not all(_NUMBER.fullmatch(word) for word in words) or (self.prefix and name[:1] != self.prefix):
            return None
        at = tuple(int(word) for word in words)
        inside = len(at) == len(self.shape) and all(n < most for n, most in zip(at, self.chunks, strict=True))
        return at if inside else None


def load(path: Path) -> dict[str, Any]:
    """The JSON object of a ``zarr.json``.

    Raises
    ------
    UnreadableFile, HostileFile, NonconformingHeader
        If it is none, is too long or nested too deeply, or of another version than 3.
    """
    with open_regular(path) as file:
        text = file.read(_MOST_METADATA + 1)
    if len(text) > _MOST_METADATA:
        raise HostileFile("the metadata are longer than metadata may be", where=path, expected=_MOST_METADATA)
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise HostileFile("the metadata are nested too deeply", where=path) from error
    except ValueError as error:
        raise UnreadableFile("the metadata are no JSON", where=path) from error
    if not isinstance(found, dict) or found.get("zarr_format") != 3:
        raise NonconformingHeader("no Zarr of version 3", where=path, expected='"zarr_format": 3')
    return found


def array_of(found: dict[str, Any], path: Path) -> ZarrArray:
    """What the metadata of an array say.

    Raises
    ------
    NonconformingHeader, HostileFile, DecoderMissing
        If they contradict themselves, promise more than an image may be, or need what is not understood.
    """
    try:
        array = _parse(found, path)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise NonconformingHeader(f"the metadata are not those of an array: {error!a}", where=path) from error
    total = math.prod(array.shape) * array.dtype.itemsize
    if (
        total > largest_image()
        or array.chunk_bytes > _LARGEST_CHUNK
        or math.prod((*array.chunks, *(() if array.inner is None else array.inner.chunks))) > _MOST_CHUNKS
    ):
        raise HostileFile(
            "the image is larger than an image may be",
            where=path,
            expected=f"{largest_image()} bytes in {_MOST_CHUNKS} chunks of {_LARGEST_CHUNK} bytes at most",
            found=f"shape {array.shape} in chunks of {array.chunk}",
        )
    return array


def _parse(found: dict[str, Any], path: Path) -> ZarrArray:
    shape, chunk = _sizes(found["shape"]), _sizes(found["chunk_grid"]["configuration"]["chunk_shape"])
    if found["node_type"] != "array" or found["chunk_grid"]["name"] != "regular" or len(shape) != len(chunk):
        raise ValueError("no array in regular chunks")
    if found.get("storage_transformers"):
        raise ValueError("storage transformers")
    name = found["data_type"]
    if name not in _TYPES:
        raise NonconformingHeader(
            "a type of voxel that is not read", where=path, expected=" ".join(_TYPES), found=ascii(name)[:40]
        )
    inner = None if _sharded(found["codecs"]) is None else _inner(found, chunk, path)
    codecs, turned, order = (
        _codecs(found["codecs"], len(shape), path)
        if inner is None
        else ((), inner.turned, inner.dtype.str[0])
    )
    keys = found["chunk_key_encoding"]
    style = {"default": ("c", "/"), "v2": ("", ".")}[keys["name"]]
    separator = keys.get("configuration", {}).get("separator", style[1])
    if separator not in {"/", "."}:
        raise ValueError("separator")
    names = tuple(found.get("dimension_names") or [None] * len(shape))
    if len(names) != len(shape):
        raise ValueError("dimension_names")
    dtype = np.dtype(name).newbyteorder(order)
    fill = _fill(found["fill_value"], dtype)
    lookup = ShardIndex() if inner is None else index_of(found["codecs"][0]["configuration"])
    return ZarrArray(shape, chunk, dtype, fill, codecs, turned, style[0], separator, names, inner, lookup)


def _sharded(codecs: Any) -> dict[str, Any] | None:
    """The configuration of shards; ``None`` where chunks are files of their own."""
    if len(codecs) != 1 or codecs[0]["name"] != "sharding_indexed":
        return None
    config: dict[str, Any] = codecs[0]["configuration"]
    return config


def _inner(found: dict[str, Any], shard: tuple[int, ...], path: Path) -> ZarrArray:
    """One shard as an array of its own."""
    config = found["codecs"][0]["configuration"]
    if _sharded(config["codecs"]) is not None:
        raise DecoderMissing("shards within shards", where=path, expected="chunks within a shard")
    grid = {"name": "regular", "configuration": {"chunk_shape": config["chunk_shape"]}}
    inner = _parse({**found, "shape": shard, "chunk_grid": grid, "codecs": config["codecs"]}, path)
    if any(whole % part for whole, part in zip(shard, inner.chunk, strict=True)):
        raise ValueError("a shard is no whole number of chunks")
    return inner


def _sizes(given: Any) -> tuple[int, ...]:
    sizes = tuple(given)
    if not 1 <= len(sizes) <= _MOST_AXES or any(type(size) is not int or size < 1 for size in sizes):
        raise ValueError("sizes")
    return sizes


def _fill(given: Any, dtype: np.dtype[Any]) -> Any:
    """The value of what was never written; a float's bits may stand there in hexadecimal."""
    if dtype.kind == "f" and isinstance(given, str) and given.startswith("0x"):
        bits = np.array(int(given, 16), dtype=f"u{dtype.itemsize}")
        return bits.view(dtype.newbyteorder("="))[()]
    return np.array(float(given) if dtype.kind == "f" else given, dtype.newbyteorder("="))[()]


def _codecs(given: Any, axes: int, path: Path) -> tuple[tuple[str, ...], tuple[int, ...], Any]:
    """Codecs of bytes in the order they were applied in, the order of axes, and the order of bytes."""
    turned = tuple(range(axes))
    order = ""
    packers: list[str] = []
    for codec in given:
        name, how = codec["name"], codec.get("configuration", {})
        if name == "transpose" and not order:
            step = tuple(how["order"])
            if sorted(step) != list(range(axes)):
                raise ValueError("transpose")
            turned = tuple(turned[axis] for axis in step)
        elif name == "bytes" and not order:
            order = {"little": "<", "big": ">", None: "|"}[how.get("endian")]
        elif name in {"blosc", "zstd", "gzip"} and order:
            packers.append(name)
        else:
            raise DecoderMissing(
                "a codec that is not known",
                where=path,
                expected="transpose, bytes, then blosc, zstd or gzip; or shards of such",
                found=ascii(name)[:40],
            )
    if not order:
        raise ValueError("no codec makes bytes of the array")
    return tuple(packers), turned, order
