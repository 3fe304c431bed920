"""Sound scans of four vendors, and a sound data set of NIfTI: what the audit must have nothing to say against."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np

from audit import scanners

VENDORS = tuple(scanners.VENDORS)
VIEWS = tuple((side, view) for side in "LR" for view in ("CC", "MLO"))


def write(root: Path) -> None:
    """CT, MR, PET, four mammograms and a film of each vendor, and three cases with masks."""
    for seed, vendor in enumerate(VENDORS):
        scanners.ct(root / f"ct-{vendor}", seed=seed, vendor=vendor, series=3 + seed)
        scanners.mr(root / f"mr-{vendor}", seed=seed, vendor=vendor, series=20 + seed)
        scanners.pet(root / f"pet-{vendor}", seed=seed, vendor=vendor, series=40 + seed)
        for at, (side, view) in enumerate(VIEWS, start=1):
            path = root / f"mammo-{vendor}" / f"view{at}.dcm"
            scanners.mammogram(path, side, view, seed=seed * 4 + at, series=at, vendor=vendor)
        scanners.radiograph(root / f"film-{vendor}" / "pa.dcm", seed=seed, vendor=vendor)
    task(root / "Dataset017_Spleen")


def task(root: Path, cases: int = 3) -> None:
    """A data set as nnU-Net wants it: images of CT, masks of two classes, its declaration."""
    for number in range(1, cases + 1):
        values = np.rint(scanners.chest((15, 44, 52), 60 + number)).astype(np.int16)
        affine = np.diag([-0.81, -0.93, 2.2, 1.0])
        affine[:3, 3] = 19.5, 20.25, -310.0 + number
        image = values.transpose(2, 1, 0)
        save(image, affine, root / "imagesTr" / f"spleen_{number:03d}_0000.nii.gz")
        save(mask(image), affine, root / "labelsTr" / f"spleen_{number:03d}.nii.gz")
    declared = {
        "channel_names": {"0": "CT"},
        "labels": {"background": 0, "soft": 1, "lung": 2},
        "numTraining": cases,
        "file_ending": ".nii.gz",
    }
    (root / "dataset.json").write_text(json.dumps(declared), encoding="utf-8")


def mask(image: np.ndarray) -> np.ndarray:
    """One block of soft tissue and one in a lung."""
    drawn = np.zeros(image.shape, np.uint8)
    drawn[22:30, 6:14, 4:11] = 1
    drawn[12:18, 16:27, 4:11] = 2
    return drawn


def save(array: np.ndarray, affine: np.ndarray, path: Path) -> None:
    """With both transforms set, in millimetres."""
    image = nibabel.Nifti1Image(array, affine)
    image.set_sform(affine, code=1)
    image.set_qform(affine, code=1)
    image.header.set_xyzt_units("mm", "sec")
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(image, path)
