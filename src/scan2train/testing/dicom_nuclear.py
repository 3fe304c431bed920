"""Writes volumes as one reconstructed nuclear medicine object, whose vectors number the frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag

from scan2train.errors import WrongUse
from scan2train.testing.dicom_dataset import About, apply, dataset, ds, transfer_syntax_uid
from scan2train.testing.dicom_pixels import PixelCell, to_stored
from scan2train.testing.dicom_plane import StackPlanes
from scan2train.testing.dicom_series import ranks, save, set_pixels

if TYPE_CHECKING:
    from scan2train.testing.dicom_dataset import Tags
    from scan2train.volume import Volume


def write_nuclear(
    volumes: Sequence[Volume],
    path: str | Path,
    *,
    vectors: Mapping[str, Sequence[int]] | None = None,
    last_first: bool = False,
    shuffled: bool = False,
    extra_tags: Tags | None = None,
    patient: str = "PHANTOM",
    seed: int = 0,
) -> Path:
    """Write one NM image (PS3.3 A.5) of RECON TOMO.

    Parameters
    ----------
    volumes
        Points of one grid, ``(i, j, k)`` each; their values are stored as they are.
    path
        The file; its folder is made if it is not there.
    vectors
        For each further vector, such as ``"EnergyWindowVector"``, the entry of each of the volumes.
    last_first
        Number the slices from the last one on, with a negative distance.
    shuffled
        Put frames in an order that says nothing, and not in that of points and numbers.
    extra_tags, patient, seed
        As :func:`~scan2train.testing.dicom_series.write_dicom_series`.

    Raises
    ------
    WrongUse
        If the slices go against row × column, which only ``last_first`` says.
    """
    planes = StackPlanes(grid=volumes[0].grid)
    n = volumes[0].grid.shape[2]
    if np.linalg.det(volumes[0].grid.affine[:3, :3]) < 0:
        raise WrongUse("slices go along row × column", found="a mirrored grid")
    about = About(modality="NM", patient=patient, series_description="tomo", seed=seed)
    cell = PixelCell(stored=16)
    rng = np.random.default_rng(seed)
    total = n * len(volumes)
    point, k = np.divmod(np.argsort(ranks("shuffled" if shuffled else "position", total, rng)), n)
    k = n - 1 - k if last_first else k
    values = np.concatenate([one.array for one in volumes], axis=2)
    stored = to_stored(values, cell, slope=1.0, intercept=0.0, valid=None, padding_value=None)
    made = dataset(about, cell, enhanced=False, instance="nuclear")
    made.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    made.InstanceNumber, made.NumberOfFrames, made.NumberOfSlices = 1, total, n
    made.SliceVector = [int(n - one if last_first else one + 1) for one in k]
    made.FrameIncrementPointer = [Tag(name) for name in (*(vectors or {}), "SliceVector")]
    for name, entries in (vectors or {}).items():
        setattr(made, name, [int(entries[one]) for one in point])
    made.PixelSpacing = [ds(x) for x in planes.pixel_spacing]
    made.SliceThickness = ds(planes.gap_mm)
    made.SpacingBetweenSlices = ds(-planes.gap_mm if last_first else planes.gap_mm)
    detector = Dataset()
    detector.ImagePositionPatient = [ds(x) for x in planes.position(n - 1 if last_first else 0)]
    detector.ImageOrientationPatient = [ds(x) for x in planes.orientation]
    made.DetectorInformationSequence = Items([detector])
    syntax = transfer_syntax_uid("explicit")
    set_pixels(made, np.ascontiguousarray(stored.T[point * n + k]), cell, syntax, rng)
    apply(extra_tags or {}, made)
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    save(made, target, syntax, preamble=True)
    return target
