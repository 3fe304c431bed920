"""Writing Zarr, version 3: one group with the image, its mask of real data where not all is real, and attributes.

Source: Zarr core specification version 3, https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.formats.about import KEY, about
from scan2train.formats.atomic import replacing_folder, synced
from scan2train.formats.zarr_array import METADATA
from scan2train.formats.zarr_read import IMAGE, VALID
from scan2train.volume import Volume

#: Along i, j and k: a patch of 128³ touches 8 to 27 chunks, and a chunk of floats is 1 MiB.
_CHUNK = 64
#: zstd 1 behind byte shuffling packs CT as well as level 3 does, at three times its speed.
_LEVEL = 1
_FORMAT = {"zarr_format": 3}


def write(volume: Volume, path: Path) -> None:
    """Write a volume as a ``.zarr`` folder: arrays ``image`` and, where not all is real, ``valid``; i comes first.

    Chunks of 64 × 64 × 64, packed by blosc (zstd behind byte shuffling). Affine, unit and labels' names are in the
    group's attributes under ``scan2train``. The same volume gives the same bytes.

    Raises
    ------
    WrongUse
        If the values are not numbers, or ``path`` is there and no Zarr folder.
    """
    if volume.array.dtype.kind not in "biuf" or volume.array.dtype.itemsize > 8:
        raise WrongUse(f"values of type {volume.array.dtype} cannot be written", where=path)
    with replacing_folder(path, METADATA) as folder:
        _write_array(volume.array, folder / IMAGE)
        if volume.valid is not None:
            _write_array(volume.valid, folder / VALID)
        group = {**_FORMAT, "node_type": "group", "attributes": {KEY: about(volume)}}
        _put(folder / METADATA, json.dumps(group, indent=1).encode())


def _write_array(array: npt.NDArray[Any], folder: Path) -> None:
    little = array.dtype.newbyteorder("<")
    chunk = tuple(min(size, _CHUNK) for size in array.shape[:3]) + array.shape[3:]
    (folder / "c").mkdir(parents=True)
    for at in np.ndindex(*(-(-size // step) for size, step in zip(array.shape, chunk, strict=True))):
        place = tuple(slice(n * step, (n + 1) * step) for n, step in zip(at, chunk, strict=True))
        block = np.zeros(chunk, little)
        part = array[place]
        block[tuple(slice(0, size) for size in part.shape)] = part
        file = folder.joinpath("c", *(str(n) for n in at))
        file.parent.mkdir(parents=True, exist_ok=True)
        _put(file, _packed(block))
    _put(folder / METADATA, json.dumps(_metadata(array, chunk), indent=1).encode())


def _packed(block: npt.NDArray[Any]) -> bytes:
    plain = block.view(np.uint8) if block.dtype == np.bool_ else block
    return bytes(imagecodecs.blosc_encode(plain, level=_LEVEL, compressor="zstd", shuffle=1, numthreads=1))


def _metadata(array: npt.NDArray[Any], chunk: tuple[int, ...]) -> dict[str, Any]:
    size = array.dtype.itemsize
    blosc = {"typesize": size, "cname": "zstd", "clevel": _LEVEL, "shuffle": "shuffle", "blocksize": 0}
    return {
        **_FORMAT,
        "node_type": "array",
        "shape": array.shape,
        "data_type": array.dtype.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunk}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": False if array.dtype == np.bool_ else 0,
        "codecs": [
            {"name": "bytes", "configuration": {"endian": "little"} if size > 1 else {}},
            {"name": "blosc", "configuration": blosc},
        ],
        "dimension_names": list("ijkc"[: array.ndim]),
        "attributes": {},
    }


def _put(path: Path, data: bytes) -> None:
    with synced(path) as file:
        file.write(data)
