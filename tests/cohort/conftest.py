"""Scans with one fault each, and what readers return for them."""

from __future__ import annotations

import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest

from scan2train.cohort.parity import parity
from scan2train.index import index
from scan2train.testing.small import small_series, together

sys.path.insert(0, str(Path(__file__).parent))

from asked_of_readers import LOADERS, OWN, TROUBLED

SHAPE = (13, 11, 8)


def nifti(path: Path, *, sheared: bool = False, conflict: bool = False, more: int = 0) -> None:
    """Values that tell their place, and ``more``, 1.3 × 1.7 × 2.5 mm.

    A qform 30 mm further to the front, or a shear of 0.6 mm.
    """
    affine = np.diag([1.3, 1.7, 2.5, 1.0])
    affine[:3, 3] = -20, 12, 7
    affine[1, 2] = 0.6 * sheared
    values = np.arange(np.prod(SHAPE), dtype=np.int16) + np.int16(more)
    image = nibabel.Nifti1Image(values.reshape(SHAPE, order="F"), affine)
    image.header.set_xyzt_units("mm")
    image.set_sform(affine, 2)
    if sheared:
        image.header["qform_code"] = 0
    else:
        other = affine.copy()
        other[1, 3] += 30.0 * conflict
        image.set_qform(other, 1)
    nibabel.save(image, path)


@pytest.fixture(scope="session")
def scans(tmp_path_factory) -> Path:
    """A hospital of one fault a folder; all patients differ, so that nothing is a copy of anything."""
    folder = tmp_path_factory.mktemp("parity")

    def series(name, **options):
        return small_series(below=name, patient=name.upper(), **options)

    together(
        series("plain"),
        series("tilted", tilt=0.9),
        series("missing", drop=(3,)),
        series("slopes", modality="PT", slope=[1 + k / 4 for k in range(8)], values=quarters, bits_stored=16),
        series("high-bit", high_bit=15),
        *(series(name) for name in TROUBLED),
    )(folder)
    nifti(folder / "sound.nii.gz")
    nifti(folder / "sheared.nii.gz", sheared=True)
    nifti(folder / "conflict.nii.gz", conflict=True)
    (folder / "shadowed").mkdir()
    nifti(folder / "shadowed" / "two.nii", more=3)
    nifti(folder / "shadowed" / "two.nii.gz", more=50)
    return folder


def quarters(array):
    """Whole multiples of every slice's slope, which is 1 in the first one."""
    slopes = np.array([1 + k / 4 for k in range(array.shape[2])])
    return (np.abs(array) // 8 * slopes).astype(np.float32)


@pytest.fixture(scope="session")
def rows(scans):
    """Every scan through every reader, in one run: what costs time is to start processes."""
    own = [OWN + name for name in LOADERS]
    found = parity(index(scans, cache=False), ["simpleitk", "nibabel", *own], jobs=1)
    return {(row.path, row.reader.removeprefix(OWN)): row for row in found}
