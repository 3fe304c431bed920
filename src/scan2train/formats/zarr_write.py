"""Writing Zarr, version 3, as an OME-Zarr image: one group with the array, its mask of real data, and attributes.

Source: Zarr core specification version 3, https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.formats.about import KEY, about
from scan2train.formats.atomic import replacing_folder, synced
from scan2train.formats.ngff import FULL, ome
from scan2train.formats.zarr_array import METADATA
from scan2train.formats.zarr_read import VALID
from scan2train.formats.zarr_shard import write_shard
from scan2train.volume import Volume

#: Along i, j and k: of a patch of 128³, 64 to 125 chunks are unpacked, twice its voxels. Chunks of 64 would be half as
#: many more, and do not stay in a core's own memory.
_CHUNK = 32
#: Most chunks of a file along each axis: a file of floats is 64 MiB before packing.
_CHUNKS_OF_SHARD = 8
#: Behind bit shuffling lz4 packs what has few digits well, and unpacks at twice the speed of zstd.
_LEVEL = 5
_FORMAT = {"zarr_format": 3}


def write(volume: Volume, path: Path) -> None:
    """Write a volume as a ``.zarr`` folder, an OME-Zarr image: array ``0``, and ``valid`` where not all is real.

    The axes are z, y, x, which are k, j, i. Chunks of 32 × 32 × 32, up to 256 × 256 × 256 voxels in one file (shards),
    each turned to i, j, k, as tensors lie, and packed by blosc (lz4 behind bit shuffling). Affine, unit and labels'
    names are in the group's attributes under ``scan2train``. The same volume gives the same bytes.

    Raises
    ------
    WrongUse
        If the values are not numbers, or ``path`` is there and no Zarr folder.
    """
    if volume.array.dtype.kind not in "biuf" or volume.array.dtype.itemsize > 8:
        raise WrongUse(f"values of type {volume.array.dtype} cannot be written", where=path)
    told = ome(volume, path.stem)
    names = [axis["name"] for axis in told["multiscales"][0]["axes"]]
    with replacing_folder(path, METADATA) as folder:
        _write_array(volume.array.T, folder / FULL, names)
        if volume.valid is not None:
            _write_array(volume.valid.T, folder / VALID, names[-3:])
        attributes = {"ome": told, KEY: about(volume, reverse=True)}
        group = {**_FORMAT, "node_type": "group", "attributes": attributes}
        _put(folder / METADATA, json.dumps(group, indent=1).encode())


def _write_array(array: npt.NDArray[Any], folder: Path, names: list[str]) -> None:
    space = array.shape[-3:]
    chunk = (*array.shape[:-3], *(min(size, _CHUNK) for size in space))
    counts = (min(-(-size // _CHUNK), _CHUNKS_OF_SHARD) for size in space)
    shard = (*chunk[:-3], *(n * step for n, step in zip(counts, chunk[-3:], strict=True)))
    (folder / "c").mkdir(parents=True)
    for at in np.ndindex(*(-(-size // step) for size, step in zip(array.shape, shard, strict=True))):
        place = tuple(slice(n * step, (n + 1) * step) for n, step in zip(at, shard, strict=True))
        file = folder.joinpath("c", *(str(n) for n in at))
        file.parent.mkdir(parents=True, exist_ok=True)
        with synced(file) as opened:
            write_shard(opened, _chunks(array[place], shard, chunk))
    _put(folder / METADATA, json.dumps(_metadata(array, shard, chunk, names), indent=1).encode())


def _chunks(part: npt.NDArray[Any], shard: tuple[int, ...], chunk: tuple[int, ...]) -> Iterator[bytes]:
    """The packed chunks of a shard in C order of their places; beyond the array's edge they hold zeros."""
    for at in np.ndindex(*(whole // step for whole, step in zip(shard, chunk, strict=True))):
        there = part[tuple(slice(n * step, (n + 1) * step) for n, step in zip(at, chunk, strict=True))]
        block = np.zeros([chunk[axis] for axis in _turned(len(chunk))], part.dtype.newbyteorder("<"))
        block.transpose(_turned(len(chunk)))[tuple(slice(0, size) for size in there.shape)] = there
        yield _packed(block)


def _turned(axes: int) -> list[int]:
    """The order in which a chunk's axes lie: channels, then i, j, k."""
    return [*range(axes - 3), axes - 1, axes - 2, axes - 3]


def _packed(block: npt.NDArray[Any]) -> bytes:
    plain = block.view(np.uint8) if block.dtype == np.bool_ else block
    return bytes(imagecodecs.blosc_encode(plain, level=_LEVEL, compressor="lz4", shuffle=2, numthreads=1))


def _metadata(
    array: npt.NDArray[Any], shard: tuple[int, ...], chunk: tuple[int, ...], names: list[str]
) -> dict[str, Any]:
    size = array.dtype.itemsize
    blosc = {"typesize": size, "cname": "lz4", "clevel": _LEVEL, "shuffle": "bitshuffle", "blocksize": 0}
    little = {"name": "bytes", "configuration": {"endian": "little"}}
    turn = {"name": "transpose", "configuration": {"order": _turned(len(chunk))}}
    sharding = {
        "chunk_shape": chunk,
        "codecs": [
            turn,
            little if size > 1 else {"name": "bytes"},
            {"name": "blosc", "configuration": blosc},
        ],
        "index_codecs": [little, {"name": "crc32c"}],
        "index_location": "end",
    }
    return {
        **_FORMAT,
        "node_type": "array",
        "shape": array.shape,
        "data_type": array.dtype.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": shard}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": False if array.dtype == np.bool_ else 0,
        "codecs": [{"name": "sharding_indexed", "configuration": sharding}],
        "dimension_names": names,
        "attributes": {},
    }


def _put(path: Path, data: bytes) -> None:
    with synced(path) as file:
        file.write(data)
