"""What a data set gives for a volume and its labels: tensors in a dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from scan2train.grid import FloatArray, Grid
from scan2train.reading.labels import as_labels
from scan2train.volume import Array, Labels, Volume

Item = dict[str, Any]

#: Planes turned about at a time: what is read and what is written then both fit the processor's cache.
_PLANES = 16
_SIGNED: dict[str, np.dtype[Any]] = {
    "u2": np.dtype(np.int32),
    "u4": np.dtype(np.int64),
    "u8": np.dtype(np.int64),
}


def item_of(volume: Volume, labels: Labels | None, *, kind: npt.DTypeLike = np.uint8) -> Item:
    """Tensors of a volume.

    ``image`` is float32, ``(C, i, j, k)``; ``labels``, where there are any, ``(1, i, j, k)`` of type ``kind``;
    ``valid`` bool, ``(1, i, j, k)``; ``affine`` float64, 4×4, from an index of this very tensor to the voxel's centre
    in RAS+ mm.
    """
    item: Item = {"image": tensor_of(channels_of(volume.array), np.float32)}
    if labels is not None:
        item["labels"] = tensor_of([labels.array], kind)
    valid = np.ones(volume.grid.shape, np.bool_) if volume.valid is None else volume.valid
    item["valid"] = tensor_of([valid], np.bool_)
    item["affine"] = torch.from_numpy(volume.grid.affine.copy())
    return item


def channels_of(array: Array) -> list[Array]:
    """The channels of an ``(i, j, k[, c])`` array."""
    return [array] if array.ndim == 3 else [array[..., c] for c in range(array.shape[3])]


def tensor_of(channels: list[Array], kind: npt.DTypeLike | None) -> torch.Tensor:
    """``(C, i, j, k)`` in C order, whatever the order of the arrays; ``kind`` is their own if not given.

    Unsigned types of which torch knows little become int32, or int64 where they must.
    """
    own = channels[0].dtype.newbyteorder("=")
    wanted: np.dtype[Any] = (_SIGNED.get(own.str[1:]) or own) if kind is None else np.dtype(kind)
    out = np.empty((len(channels), *channels[0].shape), wanted)
    for target, source in zip(out, channels, strict=True):
        step = target.shape[2] if source.flags.c_contiguous else _PLANES
        for k in range(0, target.shape[2], step):
            target[:, :, k : k + step] = source[:, :, k : k + step]
    return torch.from_numpy(out)


def volume_of(
    array: Array, affine: FloatArray, *, unit: str, fill: float | None = None, valid: Any = None
) -> Volume:
    """A volume of the channels ``(C, i, j, k)`` of another library, on its affine in RAS+ mm.

    ``valid`` is a mask of real data, ``(1, i, j, k)``, or ``None`` where all is real.
    """
    shape = (array.shape[1], array.shape[2], array.shape[3])
    mask = None if valid is None else np.asarray(valid).reshape(shape).astype(np.bool_)
    values = array[0] if len(array) == 1 else np.moveaxis(array, 0, 3)
    meta = {} if fill is None else {"fill": fill}
    return Volume(array=values, grid=Grid(shape, affine), unit=unit, valid=mask, meta=meta)


def labels_of(array: Array, affine: FloatArray, names: Mapping[int, str] | None) -> Labels:
    """Labels of the first channel of ``(C, i, j, k)``; raises WrongUse if they are no whole numbers."""
    shape = (array.shape[1], array.shape[2], array.shape[3])
    return as_labels(Volume(array=array[0], grid=Grid(shape, affine))).replace(names=names or {})
