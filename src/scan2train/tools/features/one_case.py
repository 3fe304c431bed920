"""The features of one image in each of its labels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from scan2train.errors import GridMismatch, WrongUse
from scan2train.knowledge.tolerances import LAB001_INFO_VOXELS
from scan2train.measures.label_shapes import LabelShape, shapes_of
from scan2train.tools.features.definitions import DEFINITIONS
from scan2train.tools.features.morphology import morphology, with_intensities
from scan2train.tools.features.statistics import statistics
from scan2train.volume import Labels, Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFeatures:
    """One label: its value, name and number of voxels, how many of these have a value, and its features by name."""

    value: int
    name: str
    voxels: int
    valued: int
    features: Mapping[str, float | None]


def features_of(image: Volume, labels: Labels, only: Collection[int] = ()) -> tuple[LabelFeatures, ...]:
    """The features of each label that is there, by rising value; of those in ``only`` where there are any.

    Raises
    ------
    GridMismatch
        If the labels lie on another grid.
    GeometryError
        If the image has no millimetres.
    WrongUse
        If the image has several values a voxel.
    """
    image.grid.require_physical("a feature of a shape")
    if image.array.ndim != 3:
        raise WrongUse(
            "features are those of one value a voxel",
            found=f"an array of shape {image.array.shape}",
            advice="Take its channels or time points one by one.",
        )
    distance = image.grid.distance_in_voxels(labels.grid)
    if distance > LAB001_INFO_VOXELS:
        raise GridMismatch(
            "the labels lie on another grid than the image",
            expected=repr(image.grid),
            found=repr(labels.grid),
            advice="Bring them onto it first: prepare does so, as does the step to_grid.",
        )
    shapes = [shape for shape in shapes_of(labels) if not only or shape.value in only]
    return tuple(_of_label(image, labels, shape) for shape in shapes)


def _of_label(image: Volume, labels: Labels, shape: LabelShape) -> LabelFeatures:
    box, matrix = shape.box, image.grid.affine[:3, :3]
    within = labels.array[box] == shape.value
    values = image.array[box]
    used = within if values.dtype.kind != "f" else within & np.isfinite(values)
    if image.valid is not None:
        used = used & image.valid[box]
    # As it lies in memory, so that the sums of a volume and of its mirror image are taken alike.
    found = statistics(values.T[used.T].astype(np.float64))
    made = morphology(shape, within, matrix)
    mean, volume = found["stat_mean"], made["morph_volume"]
    made["morph_com"] = with_intensities(shape, values, used, matrix)
    made["morph_integ_int"] = None if mean is None or volume is None else mean * volume
    every = {**made, **found}
    return LabelFeatures(
        value=shape.value,
        name=labels.names.get(shape.value, ""),
        voxels=shape.voxels,
        valued=int(used.sum()),
        features={one.name: every[one.name] for one in DEFINITIONS},
    )
