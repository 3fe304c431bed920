"""Volumes and prepared sets for MONAI, and back: ``MetaTensor`` with the affine of the very array."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from monai.data import MetaTensor
from monai.utils import MetaKeys, SpaceKeys

from scan2train.errors import WrongUse
from scan2train.grid import LPS_TO_RAS
from scan2train.learn.cases_of_split import cases_of_split
from scan2train.learn.items import channels_of, labels_of, tensor_of, volume_of
from scan2train.learn.opened_parts import OpenedParts
from scan2train.learn.stored_case import StoredCase
from scan2train.paths import path_given
from scan2train.volume import Labels, Volume

#: Keys of ``MetaTensor.meta`` in which unit and padding travel.
UNIT, FILL = "unit", "fill"
#: The store that MONAI's own reader knows.
_READ_BY_MONAI = (".nii", ".nii.gz")


def to_monai(
    what: Volume | str | os.PathLike[str],
    split: str | None = None,
    fold: int | None = None,
    *,
    cases: Sequence[str] | None = None,
    load: bool = False,
) -> Any:
    """A volume as a ``MetaTensor``, or a prepared set as MONAI's list of dictionaries.

    Parameters
    ----------
    what
        A :class:`~scan2train.volume.Volume` or :class:`~scan2train.volume.Labels`, or a folder that ``prepare`` wrote.
    split, fold, cases
        Which cases of a folder, as for :class:`~scan2train.learn.PreparedDataset`.
    load
        Whether the dictionaries hold tensors and not paths; needed for stores other than ``nifti``, which MONAI's
        ``LoadImaged`` cannot read.

    Returns
    -------
    ``MetaTensor`` ``(C, i, j, k)``, whose ``affine`` is the volume's, RAS+ mm, as MONAI counts; or for each case a
    dictionary with ``image``, ``label`` where it has labels, ``valid`` where not all is real, and ``case``.

    Raises
    ------
    WrongUse
        If paths are asked for and MONAI cannot read them.
    """
    if isinstance(what, Volume):
        return _to_tensor(what)
    parts = OpenedParts()
    made = []
    for case in cases_of_split(path_given(what), split, fold, cases):
        stored = StoredCase.of(case)
        if load:
            made.append(_loaded(stored, parts))
            continue
        if not stored.image.name.endswith(_READ_BY_MONAI):
            raise WrongUse(
                "MONAI does not read this store",
                where=stored.image,
                expected="nifti",
                advice="Say load=True to get tensors, or use PatchDataset.",
            )
        paths = {"image": stored.image, "label": stored.labels, "valid": stored.valid}
        there = {name: str(path) for name, path in paths.items() if path is not None}
        made.append({**there, "case": stored.name})
    return made


def _loaded(case: StoredCase, parts: OpenedParts) -> dict[str, Any]:
    volume, labels = case.whole(parts, labels=True)
    item: dict[str, Any] = {"image": _to_tensor(volume)}
    if labels is not None:
        item["label"] = _to_tensor(labels)
    if volume.valid is not None:
        mask = Labels(array=volume.valid.view(np.uint8), grid=volume.grid)
        item["valid"] = _to_tensor(mask)
    return {**item, "case": case.name}


def _to_tensor(volume: Volume) -> Any:
    kind = np.float32 if not isinstance(volume, Labels) else None
    meta: dict[str, Any] = {MetaKeys.SPACE: SpaceKeys.RAS, UNIT: volume.unit}
    if "fill" in volume.meta:
        meta[FILL] = float(volume.meta["fill"])
    return MetaTensor(tensor_of(channels_of(volume.array), kind), affine=volume.grid.affine.copy(), meta=meta)


def from_monai(
    tensor: Any,
    *,
    as_labels: bool = False,
    unit: str | None = None,
    names: Mapping[int, str] | None = None,
    valid: Any = None,
) -> Volume:
    """A ``MetaTensor`` ``(C, i, j, k)`` as a volume, or as labels.

    Parameters
    ----------
    tensor
        With its affine; one that counts as LPS+ (``meta["space"]``) is turned.
    as_labels
        Whether the values are labels: whole numbers of one channel.
    unit
        Of the values; what ``to_monai`` wrote down if not given, and else ``"a.u."``.
    names
        Of the labels.
    valid
        Mask of real data, ``(1, i, j, k)``; everything if not given.

    Raises
    ------
    WrongUse
        If it is no ``MetaTensor`` of four axes, or labels are no whole numbers.
    """
    if not isinstance(tensor, MetaTensor) or tensor.ndim != 4:
        raise WrongUse(
            "this is no image of MONAI",
            expected="a MetaTensor (C, i, j, k)",
            found=f"{type(tensor).__name__} {tuple(getattr(tensor, 'shape', ()))}",
            advice="Load it with LoadImaged and EnsureChannelFirstd before.",
        )
    affine = tensor.affine.cpu().numpy().astype(np.float64)
    if str(tensor.meta.get(MetaKeys.SPACE, SpaceKeys.RAS)) == SpaceKeys.LPS:
        affine = LPS_TO_RAS @ affine
    array = tensor.as_tensor().detach().cpu().numpy()
    if as_labels:
        return labels_of(array, affine, names)
    told = unit or str(tensor.meta.get(UNIT, "a.u."))
    return volume_of(array, affine, unit=told, fill=tensor.meta.get(FILL), valid=valid)
