"""Real files, read by this package and by nibabel, SimpleITK, pynrrd and Pillow."""

import nibabel
import nrrd as pynrrd
import numpy as np
import pytest
import SimpleITK
from PIL import Image

from scan2train.formats import metaimage, nifti, nrrd, picture
from scan2train.grid import LPS_TO_RAS

NIFTI = (
    "nifti_totalseg_sm/example_ct_sm.nii.gz",
    "nifti_totalseg_sm/example_mr_sm.nii.gz",
    "nifti_totalseg_sm/example_seg.nii.gz",
    "nifti_totalseg_sm/example_seg_mr.nii.gz",
    "nifti_niivue/CT_AVM.nii.gz",
    "nifti_niivue/fmri_pitch.nii.gz",
    "ibsi_digital_phantom/nifti/image/phantom.nii.gz",
    "ibsi_digital_phantom/nifti/mask/mask.nii.gz",
    "sts_002_ct_mr_pet/nifti/CT_image.nii.gz",
    "sts_002_ct_mr_pet/nifti/CT_mask.nii.gz",
    "sts_002_ct_mr_pet/nifti/MR_T1_image.nii.gz",
    "sts_002_ct_mr_pet/nifti/PET_image.nii.gz",
    "dicom2nifti_cases/ge/dti/002_ground_truth.nii.gz",
)
NRRD = ("brain1_image.nrrd", "brain1_label.nrrd", "breast1_image.nrrd", "breast1_label.nrrd")
META = ("3DCT_lung_baseline_small.mha", "3DCT_lung_baseline_mask.mha")
FILMS = ("cxr_png_dcm/00000001_000.png", "cxr_png_dcm/00027426_000.png")


@pytest.mark.parametrize("name", NIFTI)
def test_nifti_is_nibabels(real_data, name):
    image = nibabel.load(real_data / name)
    volumes = nifti.read_volumes(real_data / name)
    array = np.stack([volume.array for volume in volumes], axis=-1).reshape(image.shape)
    assert np.abs(array - image.get_fdata()).max() <= 1e-4
    for volume in volumes:
        assert np.array_equal(volume.grid.affine, image.affine)


@pytest.mark.parametrize("name", NRRD)
def test_nrrd_is_pynrrds_and_simpleitks(real_data, name):
    path = real_data / "nrrd_brain1" / name
    array, about = pynrrd.read(str(path))
    (volume,) = nrrd.read_volumes(path)
    assert volume.array.dtype == array.dtype
    assert np.array_equal(volume.array, array)
    image = SimpleITK.ReadImage(str(path))
    assert_corners(volume, image)
    assert about["space"] == "left-posterior-superior"


@pytest.mark.parametrize("name", META)
def test_metaimage_is_simpleitks(real_data, name):
    path = real_data / "mha_mhd_elastix" / name
    image = SimpleITK.ReadImage(str(path))
    (volume,) = metaimage.read_volumes(path)
    assert np.array_equal(volume.array, SimpleITK.GetArrayFromImage(image).T)
    assert_corners(volume, image)


def test_flat_metaimages_are_simpleitks(real_data):
    for path in sorted((real_data / "mha_mhd_elastix" / "mhd2d").glob("*.mhd")):
        (volume,) = metaimage.read_volumes(path)
        flat = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
        assert np.array_equal(volume.array[..., 0], flat.T), path.name


@pytest.mark.parametrize("name", FILMS)
def test_films_are_pillows(real_data, name):
    (volume,) = picture.read_volumes(real_data / name)
    assert np.array_equal(volume.array[..., 0].T, np.asarray(Image.open(real_data / name)))
    assert not volume.grid.physical


def assert_corners(volume, image):
    for corner in np.ndindex(2, 2, 2):
        index = [int(at * (n - 1)) for at, n in zip(corner, volume.grid.shape, strict=True)]
        place = LPS_TO_RAS[:3, :3] @ image.TransformIndexToPhysicalPoint(index)
        assert np.abs(place - volume.grid.to_world(index)).max() < 1e-3
