"""Real scans against what other tools read from them: shape, affine and voxels."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from scan2train.errors import DecoderMissing, UnreadableFile
from scan2train.index import index
from scan2train.read import read
from scan2train.volume import Volume

SETS = (
    "ct_chest_lidc0314",
    "ct_rtstruct_rtutils",
    "ct_tilt_philips",
    "cxr_png_dcm",
    "dcm_qa_12bit",
    "dcm_qa_ts",
    "dicom2nifti_cases",
    "mr_positions_hfs_hfp",
    "pydicom_odd",
    "seg_dcmqi",
    "sts_002_ct_mr_pet",
)

_TILT = "dcm2niix's file of a tilted stack has no valid affine, and the one it shears back is resampled"
_ONE_UID = "two files with one SOP Instance UID and other pixels: refused"
_FOUR = "four-dimensional there; one volume a point here"
_FILM = "no patient geometry: dcm2niix invents a centred affine"
_COLOUR = "colour: the hash of its structured type is not one of numbers"
_OVERLAY = "dcm2niix draws overlays into a file of their own"
_UNEVEN = "a slice is missing: refused; dcm2niix writes an even affine, or resamples"
_SCALE = (
    "dcm2niix divides by a private scale of the vendor; slope and intercept of the standard are used here"
)
_LUT = "dcm2niix leaves the modality LUT out, and invents a centred affine"
_SEG = "a segmentation: read as labels in another step"

#: References that reading does not equal, each with the reason; file names as dcm2niix gave them.
DIFFERS: dict[str, str] = {
    "ct_tilt_philips/dicom/S2010/201_STEREOTAXIS.nii.gz": _TILT,
    "ct_tilt_philips/dicom/S2010/201_STEREOTAXIS_Tilt_1.nii.gz": _TILT,
    "ct_tilt_philips/dicom/S4010/300_CAUDAL_TILT.nii.gz": _COLOUR,
    "ct_tilt_philips/dicom/S4010/401_Exam_Summary.nii.gz": _COLOUR,
    "ct_tilt_philips/dicom/S4010/401_Exam_Summarya.nii.gz": _FOUR,
    "ct_tilt_philips/dicom/S4010/401_Exam_Summarya_ROI1.nii.gz": _OVERLAY,
    "ct_tilt_philips/dicom/S4010/401_Exam_Summaryb.nii.gz": _COLOUR,
    "cxr_png_dcm/./1_view_PA.nii.gz": _FILM,
    **{f"dcm_qa_12bit/In/{n}_FMRI_AX_ASC.nii.gz": _ONE_UID for n in (2, 3)},
    "dicom2nifti_cases/failing/gantrytilting/001/4_.nii.gz": _TILT,
    "dicom2nifti_cases/failing/gantrytilting/001/4__Tilt_1.nii.gz": _TILT,
    "dicom2nifti_cases/failing/notavolume/001/4_.nii.gz": _FOUR,
    "dicom2nifti_cases/failing/sliceincrement/001/2_.nii.gz": _UNEVEN,
    "dicom2nifti_cases/failing/sliceincrement/001/2__Eq_1.nii.gz": _UNEVEN,
    "dicom2nifti_cases/failing/sliceincrement/002/3_.nii.gz": _UNEVEN,
    "dicom2nifti_cases/failing/sliceincrement/002/3__Tilt_Eq_1.nii.gz": _UNEVEN,
    "dicom2nifti_cases/ge/dti/001/10_.nii.gz": _FOUR,
    "dicom2nifti_cases/ge/dti/002/25_.nii.gz": _FOUR,
    "dicom2nifti_cases/generic/rgb/001/747197466_T1_WM_AX.nii.gz": _COLOUR,
    "dicom2nifti_cases/philips_enhanced/anatomical/001/301_.nii.gz": _SCALE,
    "pydicom_odd/./0_.nii.gz": _COLOUR,
    "pydicom_odd/./18_12_in_16,range_-2048_to_+2047,signed,mono2,modality_lut.nii.gz": _LUT,
    "pydicom_odd/./18_marked_lesion_MPR_Collection__ROI1.nii.gz": _OVERLAY,
    "pydicom_odd/./1_.nii.gz": _COLOUR,
    "pydicom_odd/./1_a.nii.gz": _COLOUR,
    "pydicom_odd/./1_c.nii.gz": "two films of one series, stacked there; each is a picture of its own here",
    "pydicom_odd/./4_8_in_8,range_0_to_255,unsigned,mono2,voi_lut_slope_+1.nii.gz": _FILM,
    "seg_dcmqi/segmentations/100_Segmentation.nii.gz": _SEG,
    "seg_dcmqi/segmentations/300_Segmentation_Raw.nii.gz": _SEG,
    "seg_dcmqi/segmentations/300_Segmentation_Rawa.nii.gz": _SEG,
}


@dataclass(frozen=True, kw_only=True)
class Canonical:
    """A volume in the closest canonical orientation, as the references describe it."""

    shape: list[int]
    affine: np.ndarray[Any, Any]
    sha: str
    statistics: tuple[float, float, float]


def canonical(volume: Volume) -> Canonical:
    image = nib.as_closest_canonical(
        nib.Nifti1Image(np.asarray(volume.array, dtype=np.float64), volume.grid.affine)
    )
    values = image.get_fdata(caching="unchanged")
    whole = np.ascontiguousarray(np.rint(values).astype(np.int32))
    return Canonical(
        shape=list(image.shape),
        affine=image.affine,
        sha=hashlib.sha256(whole.tobytes()).hexdigest(),
        statistics=(float(values.min()), float(values.max()), float(values.mean())),
    )


def differences(folder: Path) -> dict[str, str]:
    """Every reference of a set that no volume equals, with what is nearest."""
    told = json.loads((folder / "ref_generated" / "reference.json").read_text())["folders"]
    found = {}
    for name, about in told.items():
        if not about["dcm2niix"]:
            continue
        ours = read_here(folder / name)
        for reference in about["dcm2niix"]:
            fault = unlike(reference, ours)
            if fault:
                found[f"{folder.name}/{name}/{reference['file']}"] = fault
    return found


def read_here(folder: Path) -> list[Canonical]:
    """The volumes of one channel whose files lie in a folder itself."""
    volumes = []
    for row in index(folder, cache=False).volumes.to_dicts():
        if any("/" in path for path in row["member_path"]) or row["irregular"] or row["samples"] != 1:
            continue
        try:
            volumes.append(canonical(read(row)))
        except (DecoderMissing, UnreadableFile):
            continue
    return volumes


def unlike(reference: dict[str, Any], ours: list[Canonical]) -> str:
    """Why none of our volumes is the reference; empty where one is.

    References of fractions have no hash; their extremes and mean are compared instead.
    """
    near = "no volume of that shape"
    for one in ours:
        if one.shape != reference.get("canonical_ras_shape"):
            continue
        off = float(np.abs(one.affine - np.array(reference["canonical_ras_affine"])).max())
        if "sha256_canonical_ras_int32_C" in reference:
            same = one.sha == reference["sha256_canonical_ras_int32_C"]
        else:
            told = [reference[name] for name in ("min", "max", "mean")]
            same = bool(np.allclose(one.statistics, told, rtol=1e-4, atol=1e-4))
        if off <= 2e-3 and same:
            return ""
        near = f"affine off by {off:.4g}, voxels {'equal' if same else 'differ'}"
    return near


@pytest.mark.parametrize("name", SETS)
def test_every_series_equals_its_reference(real_data: Path, name: str) -> None:
    found = differences(real_data / name)
    expected = {one for one in DIFFERS if one.startswith(f"{name}/")}
    assert set(found) == expected, found


def test_the_whole_chest_is_one_volume(real_data: Path) -> None:
    chest = read(real_data / "ct_chest_lidc0314")
    assert chest.array.shape == (512, 512, 275)
    assert chest.unit == "HU"
    assert chest.array.dtype == np.int16
    assert chest.valid is None
