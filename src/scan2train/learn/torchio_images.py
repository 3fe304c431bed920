"""Volumes and prepared sets for TorchIO, and back: images with the affine of the very array."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torchio

from scan2train.errors import WrongUse
from scan2train.learn.cases_of_split import cases_of_split
from scan2train.learn.items import channels_of, labels_of, tensor_of, volume_of
from scan2train.learn.opened_parts import OpenedParts
from scan2train.learn.stored_case import StoredCase
from scan2train.paths import path_given
from scan2train.volume import Labels, Volume

#: Keys of an image in which unit and padding travel.
UNIT, FILL = "unit", "fill"


def to_torchio(
    what: Volume | str | os.PathLike[str],
    split: str | None = None,
    fold: int | None = None,
    *,
    cases: Sequence[str] | None = None,
) -> Any:
    """A volume as a ``ScalarImage``, labels as a ``LabelMap``, or a prepared set as a list of ``Subject``.

    Parameters
    ----------
    what
        A :class:`~scan2train.volume.Volume` or :class:`~scan2train.volume.Labels`, or a folder that ``prepare`` wrote.
    split, fold, cases
        Which cases of a folder, as for :class:`~scan2train.learn.PreparedDataset`.

    Returns
    -------
    An image ``(C, i, j, k)`` whose ``affine`` is the volume's, RAS+ mm, as TorchIO counts; or for each case a
    ``Subject`` with ``image``, ``labels`` where it has them, ``valid`` where not all is real, and ``case``, all loaded.
    """
    if isinstance(what, Volume):
        return _to_image(what)
    parts = OpenedParts()
    made = []
    for case in cases_of_split(path_given(what), split, fold, cases):
        stored = StoredCase.of(case)
        volume, labels = stored.whole(parts, labels=True)
        images = {"image": _to_image(volume)}
        if labels is not None:
            images["labels"] = _to_image(labels)
        if volume.valid is not None:
            images["valid"] = _to_image(Labels(array=volume.valid.view(np.uint8), grid=volume.grid))
        made.append(torchio.Subject(**images, case=stored.name))
    return made


def _to_image(volume: Volume) -> Any:
    affine, more = volume.grid.affine.copy(), {UNIT: volume.unit}
    if isinstance(volume, Labels):
        return torchio.LabelMap(tensor=tensor_of([volume.array], None), affine=affine, **more)
    if "fill" in volume.meta:
        more[FILL] = volume.meta["fill"]
    tensor = tensor_of(channels_of(volume.array), np.float32)
    return torchio.ScalarImage(tensor=tensor, affine=affine, **more)


def from_torchio(
    image: Any, *, unit: str | None = None, names: Mapping[int, str] | None = None, valid: Any = None
) -> Volume:
    """An image of TorchIO as a volume, a ``LabelMap`` as labels.

    Parameters
    ----------
    image
        ``ScalarImage`` or ``LabelMap``.
    unit
        Of the values; what ``to_torchio`` wrote down if not given, and else ``"a.u."``.
    names
        Of the labels.
    valid
        Mask of real data, an image or ``(1, i, j, k)``; everything if not given.

    Raises
    ------
    WrongUse
        If it is no image of TorchIO, or labels are no whole numbers.
    """
    if not isinstance(image, torchio.Image):
        raise WrongUse("this is no image of TorchIO", found=type(image).__name__)
    array = image.data.detach().cpu().numpy()
    affine = np.asarray(image.affine, np.float64)
    if isinstance(image, torchio.LabelMap):
        return labels_of(array, affine, names)
    fill = image.get(FILL)
    mask = getattr(valid, "data", valid)
    return volume_of(array, affine, unit=unit or str(image.get(UNIT, "a.u.")), fill=fill, valid=mask)
