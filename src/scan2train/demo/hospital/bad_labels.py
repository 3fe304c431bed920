"""A NIfTI data set whose masks do not fit, and whose names sort wrongly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from scan2train.demo.hospital.anatomy import chest
from scan2train.demo.hospital.entry import Entry
from scan2train.grid import Grid
from scan2train.testing.damaged import bytes_at
from scan2train.testing.of_volume import file_of
from scan2train.testing.small import together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scan2train.volume import Labels

_DECLARED = {"name": "lesions", "labels": {"0": "background", "1": "lesion"}, "file_ending": ".nii.gz"}


def bad_labels() -> Iterator[Entry]:
    """Faults of the rules LAB, and SET003, in a folder laid out as the Medical Segmentation Decathlon."""
    yield Entry(
        where="task/imagesTr",
        about="volume-1, volume-10, volume-2: names that sort wrongly",
        code="SET003",
        build=bytes_at("task/dataset.json", json.dumps(_DECLARED, indent=1).encode()),
    )
    for number, code, about, change in (
        (2, "LAB001", "a mask that lies half a centimetre off", _shifted),
        (3, "LAB002", "a mask without a voxel", _emptied),
        (10, "LAB003", "a mask with a value that is not declared", _with_a_seven),
        (11, "LAB004", "a mask with tiny islands", _with_islands),
    ):
        image, lesion = chest(60 + number, lesion_radius_mm=30.0)
        where = f"task/labelsTr/volume-{number}.nii.gz"
        yield Entry(
            where=where,
            about=about,
            code=code,
            build=together(
                file_of(image, where.replace("labelsTr", "imagesTr")), file_of(change(lesion), where)
            ),
        )


def _shifted(labels: Labels) -> Labels:
    affine = labels.grid.affine.copy()
    affine[0, 3] += 5.0
    return labels.replace(grid=Grid(labels.grid.shape, affine))


def _emptied(labels: Labels) -> Labels:
    return labels.replace(array=np.zeros_like(labels.array))


def _with_a_seven(labels: Labels) -> Labels:
    array = labels.array.copy()
    array[30:40, 30:36, 4:7] = 7
    return labels.replace(array=array)


def _with_islands(labels: Labels) -> Labels:
    array = labels.array.copy()
    array[5, 5, 3] = array[60, 50, 11] = array[70, 9, 15] = 1
    return labels.replace(array=array)
