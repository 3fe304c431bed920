"""Real scans against the volumes that their publishers released with them: every value, and every place."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from scan2train.read import read
from scan2train.volume import Volume

#: Folders of dicom2nifti's own tests, beside each of which lies what it makes of them.
CASES = (
    "failing/slicecount/001",
    "ge/dti/001",
    "ge/dti/002",
    "generic/anatomical/001",
    "generic/anatomical/002_non_isotropic",
    "generic/compressed_j2k/001",
    "generic/compressed_jpeg/001",
    "generic/compressed_jpegls/001",
    "generic/compressed_rle/001",
    "generic/rgb/001",
    "hitachi/anatomical/001",
    "hyperfine/anatomical/001",
    "philips_enhanced/anatomical/001",
    "siemens_multiframe/anatomical/001",
)


def test_every_ground_truth_is_looked_at(real_data: Path) -> None:
    folder = real_data / "dicom2nifti_cases"
    there = {str(one.relative_to(folder)) for one in folder.rglob("*_ground_truth.nii.gz")}
    assert there == {f"{case}_ground_truth.nii.gz" for case in CASES}


@pytest.mark.parametrize("case", CASES)
def test_a_case_of_dicom2nifti_is_its_ground_truth(real_data: Path, case: str) -> None:
    folder = real_data / "dicom2nifti_cases" / case
    assert_same(read(folder, stack=True), folder.with_name(f"{folder.name}_ground_truth.nii.gz"))


@pytest.mark.parametrize("scan", ["CT", "MR_T1"])
def test_a_scan_is_the_image_of_the_ibsi_team(real_data: Path, scan: str) -> None:
    folder = real_data / "sts_002_ct_mr_pet"
    assert_same(read(folder / "dicom" / scan / "image"), folder / "nifti" / f"{scan}_image.nii.gz")


@pytest.mark.parametrize(
    ("file", "reference"),
    [
        ("12bitUnsigned.dcm", 2),
        ("12bitUnsigned_0x0F0F.dcm", 3),
        ("12bitSigned_0x0F0F.dcm", 4),
    ],
)
def test_twelve_bits_are_those_of_the_reference(real_data: Path, file: str, reference: int) -> None:
    folder = real_data / "dcm_qa_12bit"
    assert_same(read(folder / "In" / file), folder / "Ref" / f"{reference}.nii")


def test_nine_transfer_syntaxes_give_the_one_reference(real_data: Path) -> None:
    folder = real_data / "dcm_qa_ts"
    files = sorted((folder / "In").iterdir())
    assert len(files) == 9
    for file in files:
        assert_same(read(file), folder / "Ref" / "1.nii")


def assert_same(ours: Volume, path: Path) -> None:
    """In the closest canonical orientation, both are the same, and lie at the same place.

    To the last bit; fractions to the last bit of float32, which one of the two is kept in.
    """
    theirs = nib.as_closest_canonical(nib.load(path))
    canonical = nib.as_closest_canonical(nib.Nifti1Image(ours.array.astype(np.float64), ours.grid.affine))
    known = np.asarray(theirs.dataobj)
    if known.dtype.names:  # opacity, which the scan lacks, is full throughout
        assert (known["A"] == 255).all()
        known = np.stack([known[name] for name in "RGB"], axis=-1)
    rounding = 1.2e-7 if "f" in (ours.array.dtype.kind, known.dtype.kind) else 0
    np.testing.assert_allclose(canonical.get_fdata(), known.squeeze(), rtol=rounding, atol=0)
    np.testing.assert_allclose(canonical.affine, theirs.affine, atol=2e-3)
