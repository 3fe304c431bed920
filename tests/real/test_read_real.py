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
import SimpleITK

from scan2train.errors import DecoderMissing, UnreadableFile
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.read import read, read_all
from scan2train.reading.points import grouped
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

_TILTED = "the positions are sheared: dcm2niix's affine leaves the shear out, and every value is that of ours"
_SHEARED_BACK = "resampled to a grid without shear, and compared with ours after `detilt`"
_ONE_UID = (
    "two files with one SOP Instance UID and other pixels: refused together, and each is its reference alone"
)
_COLOUR = "colour: told without shape or hash; compared with what SimpleITK reads"
_OVERLAY = "an overlay, which is no pixel of the image, as a file of its own"
_EVEN = "one gap is twice the others by the positions: an even affine is written to the same values"
_EQUALISED = "one gap is twice the others by the positions: resampled, to a spacing of the tool's choice"
_SEG = "a segmentation: compared as labels with the NRRD that its makers gave with it"

#: References that reading does not equal, each with the reason; file names as dcm2niix gave them.
DIFFERS: dict[str, str] = {
    "ct_tilt_philips/dicom/S2010/201_STEREOTAXIS.nii.gz": _TILTED,
    "ct_tilt_philips/dicom/S2010/201_STEREOTAXIS_Tilt_1.nii.gz": _SHEARED_BACK,
    "ct_tilt_philips/dicom/S4010/300_CAUDAL_TILT.nii.gz": _COLOUR,
    "ct_tilt_philips/dicom/S4010/401_Exam_Summary.nii.gz": _COLOUR,
    "ct_tilt_philips/dicom/S4010/401_Exam_Summarya_ROI1.nii.gz": _OVERLAY,
    "ct_tilt_philips/dicom/S4010/401_Exam_Summaryb.nii.gz": _COLOUR,
    "cxr_png_dcm/./1_view_PA.nii.gz": "a film has no place, and one is invented; lossy JPEG is rounded otherwise",
    **{f"dcm_qa_12bit/In/{n}_FMRI_AX_ASC.nii.gz": _ONE_UID for n in (2, 3)},
    "dicom2nifti_cases/failing/gantrytilting/001/4_.nii.gz": _TILTED,
    "dicom2nifti_cases/failing/gantrytilting/001/4__Tilt_1.nii.gz": _SHEARED_BACK,
    "dicom2nifti_cases/failing/notavolume/001/4_.nii.gz": "four images of one place and time: instance numbers rise "
    "where acquisition numbers fall, and the points come by acquisition here",
    "dicom2nifti_cases/failing/sliceincrement/001/2_.nii.gz": _EVEN,
    "dicom2nifti_cases/failing/sliceincrement/001/2__Eq_1.nii.gz": _EQUALISED,
    "dicom2nifti_cases/failing/sliceincrement/002/3_.nii.gz": _EVEN,
    "dicom2nifti_cases/failing/sliceincrement/002/3__Tilt_Eq_1.nii.gz": _EQUALISED,
    "dicom2nifti_cases/generic/rgb/001/747197466_T1_WM_AX.nii.gz": _COLOUR,
    "dicom2nifti_cases/philips_enhanced/anatomical/001/301_.nii.gz": "divided by a private scale of the vendor, where "
    "the standard's slope and intercept give dicom2nifti's values and ours",
    "pydicom_odd/./0_.nii.gz": _COLOUR,
    "pydicom_odd/./18_12_in_16,range_-2048_to_+2047,signed,mono2,modality_lut.nii.gz": "a capture has no place, and "
    "one is invented; the values are those before the modality LUT",
    "pydicom_odd/./18_marked_lesion_MPR_Collection__ROI1.nii.gz": _OVERLAY,
    "pydicom_odd/./1_.nii.gz": "a palette's indices: colour here",
    "pydicom_odd/./1_a.nii.gz": "a palette's indices: colour here",
    "pydicom_odd/./1_c.nii.gz": "two films of one series without a place, stacked: each is a picture of its own here",
    "pydicom_odd/./4_8_in_8,range_0_to_255,unsigned,mono2,voi_lut_slope_+1.nii.gz": "a capture has no place, and one "
    "is invented, to the same values",
    "seg_dcmqi/segmentations/100_Segmentation.nii.gz": _SEG,
    "seg_dcmqi/segmentations/300_Segmentation_Raw.nii.gz": _SEG,
    "seg_dcmqi/segmentations/300_Segmentation_Rawa.nii.gz": _SEG,
}
#: Those of them whose values are ours, and only the place differs.
SAME_VALUES = {
    "ct_tilt_philips/dicom/S2010/201_STEREOTAXIS.nii.gz",
    "dicom2nifti_cases/failing/gantrytilting/001/4_.nii.gz",
    "pydicom_odd/./4_8_in_8,range_0_to_255,unsigned,mono2,voi_lut_slope_+1.nii.gz",
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
    """The volumes of one channel whose files lie in a folder itself, and all points of one together."""
    rows = [
        row
        for row in index(folder, cache=False).volumes.to_dicts()
        if not any("/" in path for path in row["member_path"])
        and not row["irregular"]
        and row["samples"] == 1
    ]
    volumes = []
    for one in [*rows, *(row for row in grouped(rows) if "points" in row)]:
        try:
            volumes.append(canonical(read(one, stack=True)))
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
    assert {one for one in found if found[one].endswith("voxels equal")} == SAME_VALUES & expected


def reference(folder: Path, file: str) -> dict[str, Any]:
    """What is told of one file that dcm2niix made of a folder of dicom2nifti's."""
    about = folder.parents[2] / "ref_generated" / "reference.json"
    place = str(folder.relative_to(about.parents[1]))
    told = json.loads(about.read_text())["folders"][place]["dcm2niix"]
    return next(one for one in told if one["file"] == file)


@pytest.mark.parametrize(("case", "file"), [("001", "2_.nii.gz"), ("002", "3_.nii.gz")])
def test_slices_around_a_hole_hold_the_values_of_the_reference(real_data: Path, case: str, file: str) -> None:
    folder = real_data / "dicom2nifti_cases" / "failing" / "sliceincrement" / case
    parts = read_all(folder, irregular="split")
    assert [part.array.shape[2] for part in parts] == [3, 1]
    gap = parts[1].grid.origin - parts[0].grid.to_world((0, 0, 2))
    np.testing.assert_allclose(gap, 2 * parts[0].grid.affine[:3, 2], atol=1e-3)
    whole = np.concatenate([part.array for part in parts], axis=2)
    theirs = reference(folder, file)
    together = Volume(array=whole, grid=Grid(whole.shape, parts[0].grid.affine))
    assert canonical(together).sha == theirs["sha256_canonical_ras_int32_C"]


def test_four_images_of_one_place_are_those_of_the_reference_the_other_way_round(real_data: Path) -> None:
    folder = real_data / "dicom2nifti_cases" / "failing" / "notavolume" / "001"
    ours = read(folder, stack=True)
    assert ours.meta["dimension_values"] == [12, 13, 14, 15]
    turned = ours.replace(array=ours.array[..., ::-1])
    assert canonical(turned).sha == reference(folder, "4_.nii.gz")["sha256_canonical_ras_int32_C"]


@pytest.mark.parametrize(
    ("place", "suffix"),
    [
        ("ct_tilt_philips/dicom/S4010", ""),
        ("dicom2nifti_cases/generic/rgb/001", ""),
        ("pydicom_odd", ("HTJ2KLossless_08_RGB.dcm", "_ILV0.dcm", "_ILV1.dcm", "_ILV2.dcm")),
    ],
)
def test_colour_is_that_of_simpleitk(real_data: Path, place: str, suffix: str | tuple[str, ...]) -> None:
    rows = index(real_data / place, cache=False).volumes.to_dicts()
    rows = [row for row in rows if row["samples"] == 3 and row["path"].endswith(suffix) and not row["lossy"]]
    assert rows
    for row in rows:
        ours = read(row).array
        for k, member in enumerate(row["member_path"]):
            theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(Path(row["source"]) / member)))
            np.testing.assert_array_equal(ours[:, :, k].swapaxes(0, 1), theirs[0])


def test_the_whole_chest_is_one_volume(real_data: Path) -> None:
    chest = read(real_data / "ct_chest_lidc0314")
    assert chest.array.shape == (512, 512, 275)
    assert chest.unit == "HU"
    assert chest.array.dtype == np.int16
    assert chest.valid is None
