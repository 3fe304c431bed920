"""Regions that overlap as one picture of labels: where several lie, the smallest is seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scan2train.errors import SeveralVolumes, WrongUse
from scan2train.formats.sniff import sniff_file
from scan2train.read import read_all
from scan2train.reading.labels_on import labels_on
from scan2train.volume import Labels, Volume


def labels_of_file(file: Path, image: Volume) -> Labels:
    """Labels of any file on the grid of an image; regions of a DICOM object may overlap.

    Raises
    ------
    Scan2TrainError
        As :func:`scan2train.reading.labels_on.labels_on`.
    """
    try:
        return labels_on(file, image)
    except SeveralVolumes:
        if sniff_file(file) != "dicom":
            raise
    regions = [one for one in read_all(file, as_labels=True, reference=image) if isinstance(one, Labels)]
    return largest_first(regions)


def largest_first(regions: Sequence[Labels]) -> Labels:
    """Lay regions over one another, the largest first, each under a number of its own.

    ``meta["hidden_by_overlap"]`` is how many voxels of regions are not seen for it.

    Raises
    ------
    WrongUse
        If there are more than 255.
    """
    if len(regions) > 255:
        raise WrongUse(
            "there are too many regions for one picture", expected="at most 255", found=len(regions)
        )
    sizes = [int(np.count_nonzero(one.array)) for one in regions]
    out = np.zeros(regions[0].array.shape[::-1], np.uint8).T
    names = {}
    for value, one in enumerate(regions, start=1):
        names[value] = next(iter(one.names.values()), f"region {value}")
    for at in sorted(range(len(regions)), key=lambda n: -sizes[n]):
        out[regions[at].array != 0] = at + 1
    hidden = sum(sizes) - int(np.count_nonzero(out))
    return Labels(array=out, grid=regions[0].grid, names=names, meta={"hidden_by_overlap": hidden})
