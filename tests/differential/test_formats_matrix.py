"""Every format into every other: voxels, places, names and masks are kept, or it is refused with a word."""

import nibabel
import nrrd as pynrrd
import numpy as np
import pytest
import SimpleITK
from scipy.spatial.transform import Rotation

from scan2train.errors import WrongUse
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.read import read
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Labels, Volume
from scan2train.write import convert, write

SHAPE = (11, 7, 5)
SUFFIXES = (".nii", ".nii.gz", ".mha", ".mhd", ".nrrd", ".npy", ".zarr", ".b2nd")
PEERS = (".nii", ".nii.gz", ".mha", ".mhd", ".nrrd")
#: NIfTI-1 keeps its affine in single precision; the others keep every bit, but for products of cosine and spacing.
VOXELS = 1e-3


def grid(sheared):
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", (0.3, -0.2, 0.7)).as_matrix() * (0.7, 0.85, 2.5)
    if sheared:
        affine[:3, 2] += 0.4 * affine[:3, 1]
    affine[:3, 3] = (-101.25, 55.5, 812.125)
    return Grid(SHAPE, affine)


def volume(dtype, sheared=False):
    values = np.random.default_rng(3).integers(0, 200, SHAPE).astype(dtype)
    return Volume(array=values - 100 if np.dtype(dtype).kind != "u" else values, grid=grid(sheared))


@pytest.mark.parametrize("source", SUFFIXES)
@pytest.mark.parametrize("target", SUFFIXES)
@pytest.mark.parametrize("sheared", [False, True])
def test_every_format_into_every_other(tmp_path, source, target, sheared):
    (tmp_path / "in").mkdir()
    for dtype in ("i2", "u1", "f4"):
        one = volume(dtype, sheared)
        write(one, tmp_path / "in" / f"a{source}")
        convert(tmp_path / "in" / f"a{source}", tmp_path / f"b{target}")
        again = read(tmp_path / f"b{target}")
        assert np.array_equal(again.array, one.array)
        assert again.array.dtype == one.array.dtype
        assert one.grid.distance_in_voxels(again.grid) < VOXELS
        assert again.grid.shear == pytest.approx(one.grid.shear, abs=1e-6)


@pytest.mark.parametrize("target", SUFFIXES)
def test_dicom_into_every_format(tmp_path, target):
    one = Volume(array=volume("i2").array, grid=grid(sheared=False), unit="HU")
    write_dicom_series(one, tmp_path / "series")
    convert(tmp_path / "series", tmp_path / f"b{target}")
    again = read(tmp_path / f"b{target}")
    straight = read(tmp_path / "series")
    assert np.array_equal(again.array, straight.array)
    assert straight.grid.distance_in_voxels(again.grid) < VOXELS
    assert again.unit == ("HU" if target in {".npy", ".zarr", ".b2nd"} else "a.u.")


@pytest.mark.parametrize("source", [".zarr", ".b2nd", ".npy", ".nrrd"])
@pytest.mark.parametrize("target", SUFFIXES)
def test_labels_stay_labels_and_keep_their_names_where_the_format_has_them(tmp_path, source, target):
    labels = Labels(array=volume("u1").array % 4, grid=grid(sheared=True), names={1: "liver", 3: "Gefäß"})
    write(labels, tmp_path / f"a{source}")
    convert(tmp_path / f"a{source}", tmp_path / f"b{target}")
    again = read(tmp_path / f"b{target}", as_labels=True)
    assert np.array_equal(again.array, labels.array)
    assert again.names == (labels.names if target in {".npy", ".zarr", ".b2nd", ".nrrd"} else {})


@pytest.mark.parametrize("target", [".zarr", ".b2nd"])
def test_what_is_not_real_stays_so(tmp_path, target):
    one = volume("i2")
    one = one.replace(valid=one.array > -60)
    write(one, tmp_path / f"a{target}")
    convert(tmp_path / f"a{target}", tmp_path / ("b.b2nd" if target == ".zarr" else "b.zarr"))
    again = read(tmp_path / ("b.b2nd" if target == ".zarr" else "b.zarr"))
    assert np.array_equal(again.valid, one.valid)


@pytest.mark.parametrize("suffix", PEERS)
@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "f4", "f8"])
def test_other_readers_see_a_sheared_volume_bit_for_bit(tmp_path, suffix, dtype):
    one = volume(dtype, sheared=True)
    path = tmp_path / f"a{suffix}"
    write(one, path)
    if suffix.startswith(".nii"):
        image = nibabel.load(path)
        assert np.array_equal(np.asanyarray(image.dataobj), one.array)
        assert np.abs(image.affine - one.grid.affine).max() < 1e-4
    elif suffix == ".nrrd":
        array, about = pynrrd.read(str(path))
        assert np.array_equal(array, one.array)
        assert np.abs(about["space directions"].T - (LPS_TO_RAS @ one.grid.affine)[:3, :3]).max() < 1e-12
    else:
        image = SimpleITK.ReadImage(str(path))
        assert np.array_equal(SimpleITK.GetArrayFromImage(image).T, one.array)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_what_a_picture_cannot_hold_is_refused(tmp_path, suffix):
    write(volume("u1"), tmp_path / "a.nii")
    with pytest.raises(WrongUse):
        convert(tmp_path / "a.nii", tmp_path / f"b{suffix}")
    assert not (tmp_path / f"b{suffix}").exists()


@pytest.mark.parametrize("first", [".nii", ".nii.gz"])
def test_of_two_files_with_one_name_the_one_that_was_named_is_read(tmp_path, first):
    write(volume("u1"), tmp_path / "a.nii")
    write(volume("f4"), tmp_path / "a.nii.gz")
    assert read(tmp_path / f"a{first}").array.dtype == ("u1" if first == ".nii" else "f4")
