"""What this package writes, read by nibabel, SimpleITK and pynrrd; and what they write, read by this package."""

import nibabel
import nrrd as pynrrd
import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from scan2train.formats import metaimage, nifti, nrrd
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.volume import Volume

SHAPE = (7, 5, 4)
DTYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"]


def oblique(
    angles=(0.3, -0.2, 0.7), spacing=(0.7, 0.85, 2.5), origin=(-101.3, 55.5, 812.25), mirror=1, shape=SHAPE
):
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", angles).as_matrix() * spacing * (1, 1, mirror)
    affine[:3, 3] = origin
    return Grid(shape, affine)


def filled(dtype, grid, channels=()):
    rng = np.random.default_rng(5)
    kind = np.dtype(dtype)
    shape = (*grid.shape, *channels)
    if kind.kind == "f":
        return Volume(array=rng.normal(0, 900, shape).astype(kind), grid=grid)
    span = np.iinfo(kind)
    return Volume(array=rng.integers(span.min, span.max, shape, dtype=kind, endpoint=True), grid=grid)


def itk_affine(image):
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return LPS_TO_RAS @ affine


def itk_array(image):
    array = SimpleITK.GetArrayFromImage(image)
    return array.transpose(2, 1, 0, *range(3, array.ndim))


def itk_image(volume):
    array = volume.array.transpose(2, 1, 0, *range(3, volume.array.ndim))
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(array), isVector=volume.array.ndim > 3)
    lps = LPS_TO_RAS @ volume.grid.affine
    image.SetSpacing(volume.grid.spacing)
    image.SetOrigin(lps[:3, 3])
    image.SetDirection((lps[:3, :3] / volume.grid.spacing).ravel())
    return image


GRIDS = st.builds(
    oblique,
    st.tuples(*[st.floats(-3.1, 3.1) for _ in range(3)]),
    st.tuples(*[st.floats(0.05, 9) for _ in range(3)]),
    st.tuples(*[st.floats(-2000, 2000) for _ in range(3)]),
    st.sampled_from([1, -1]),
)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".mha", ".mhd", ".nrrd"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_simpleitk_reads_what_is_written(tmp_path, suffix, dtype):
    volume = filled(dtype, oblique())
    module = {".mha": metaimage, ".mhd": metaimage, ".nrrd": nrrd}.get(suffix, nifti)
    module.write(volume, tmp_path / f"a{suffix}")
    image = SimpleITK.ReadImage(str(tmp_path / f"a{suffix}"))
    assert np.array_equal(itk_array(image), volume.array)
    assert itk_array(image).dtype == volume.array.dtype
    assert np.abs(itk_affine(image) - volume.grid.affine).max() < 2e-4


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".mha", ".mhd", ".nrrd"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("packed", [False, True])
def test_what_simpleitk_writes_is_read(tmp_path, suffix, dtype, packed):
    volume = filled(dtype, oblique())
    SimpleITK.WriteImage(itk_image(volume), str(tmp_path / f"a{suffix}"), useCompression=packed)
    module = {".mha": metaimage, ".mhd": metaimage, ".nrrd": nrrd}.get(suffix, nifti)
    (again,) = module.read_volumes(tmp_path / f"a{suffix}")
    assert np.array_equal(again.array, volume.array)
    assert again.array.dtype == volume.array.dtype
    assert volume.grid.distance_in_voxels(again.grid) < 2e-3
    assert again.findings == ()


@pytest.mark.parametrize("suffix", [".nii.gz", ".mha", ".nrrd"])
@pytest.mark.parametrize(("dtype", "channels"), [("u1", 3), ("u1", 4), ("f4", 2), ("i2", 3)])
def test_channels_both_ways(tmp_path, suffix, dtype, channels):
    volume = filled(dtype, oblique(), (channels,))
    module = {".mha": metaimage, ".nrrd": nrrd}.get(suffix, nifti)
    module.write(volume, tmp_path / f"a{suffix}")
    assert np.array_equal(itk_array(SimpleITK.ReadImage(str(tmp_path / f"a{suffix}"))), volume.array)
    SimpleITK.WriteImage(itk_image(volume), str(tmp_path / f"b{suffix}"))
    (again,) = module.read_volumes(tmp_path / f"b{suffix}")
    assert np.array_equal(again.array, volume.array)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", [*DTYPES, "i8", "u8"])
def test_nibabel_reads_what_is_written(tmp_path, suffix, dtype):
    volume = filled(dtype, oblique())
    nifti.write(volume, tmp_path / f"a{suffix}")
    image = nibabel.load(tmp_path / f"a{suffix}")
    assert np.array_equal(np.asanyarray(image.dataobj), volume.array)
    assert image.get_data_dtype() == volume.array.dtype
    assert np.abs(image.affine - volume.grid.affine).max() < 1e-4
    assert np.abs(image.get_qform() - volume.grid.affine).max() < 1e-4
    assert (int(image.header["sform_code"]), int(image.header["qform_code"])) == (1, 1)
    assert image.header.get_xyzt_units()[0] == "mm"


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("dtype", [*DTYPES, "i8", "u8"])
def test_what_nibabel_writes_is_read(tmp_path, kind, order, dtype):
    volume = filled(dtype, oblique())
    blank = kind(np.zeros(SHAPE, "u1"), np.eye(4)).header.as_byteswapped(order)
    blank.set_data_dtype(volume.array.dtype)
    image = kind(volume.array, volume.grid.affine, blank)
    nibabel.save(image, tmp_path / "a.nii.gz")
    (again,) = nifti.read_volumes(tmp_path / "a.nii.gz")
    assert np.array_equal(again.array, volume.array)
    assert volume.grid.distance_in_voxels(again.grid) < 1e-3
    assert again.findings == ()


def test_scaled_values_are_nibabels(tmp_path):
    image = nibabel.Nifti1Image(np.linspace(-3, 900, 140).reshape(SHAPE), oblique().affine)
    image.set_data_dtype(np.int16)
    nibabel.save(image, tmp_path / "a.nii")
    (volume,) = nifti.read_volumes(tmp_path / "a.nii")
    assert volume.array.dtype == np.float32
    assert np.abs(volume.array - nibabel.load(tmp_path / "a.nii").get_fdata()).max() < 1e-4


@given(grid=GRIDS)
@settings(max_examples=60)
def test_any_rotation_is_the_same_place_for_every_reader(tmp_path_factory, grid):
    folder = tmp_path_factory.mktemp("grids")
    volume = filled("i2", grid)
    nifti.write(volume, folder / "a.nii")
    metaimage.write(volume, folder / "a.mha")
    nrrd.write(volume, folder / "a.nrrd")
    nib = Grid(SHAPE, nibabel.load(folder / "a.nii").affine)
    assert grid.distance_in_voxels(nib) < 0.01
    for name in ("a.nii", "a.mha", "a.nrrd"):
        itk = Grid(SHAPE, itk_affine(SimpleITK.ReadImage(str(folder / name))))
        assert grid.distance_in_voxels(itk) < 0.01, name
    for module, name in ((nifti, "a.nii"), (metaimage, "a.mha"), (nrrd, "a.nrrd")):
        (again,) = module.read_volumes(folder / name)
        assert grid.distance_in_voxels(again.grid) < 0.01, name
        assert again.findings == (), name


@given(grid=GRIDS)
@settings(max_examples=60)
def test_the_qform_alone_is_the_same_place_where_it_is_written(tmp_path_factory, grid):
    path = tmp_path_factory.mktemp("grids") / "a.nii"
    nifti.write(filled("u1", grid), path)
    image = nibabel.load(path)
    if int(image.header["qform_code"]):
        assert grid.distance_in_voxels(Grid(SHAPE, image.get_qform())) < 0.01


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2", "ascii"])
@pytest.mark.parametrize("dtype", [*DTYPES, "i8", "u8"])
def test_what_pynrrd_writes_is_read(tmp_path, encoding, dtype):
    volume = filled(dtype, oblique())
    if encoding == "ascii" and dtype in {"i8", "u8"}:
        volume = volume.replace(array=volume.array // 2**12)  # text goes through doubles there
    lps = LPS_TO_RAS @ volume.grid.affine
    about = {
        "space": "left-posterior-superior",
        "space directions": lps[:3, :3].T,
        "space origin": lps[:3, 3],
        "encoding": encoding,
    }
    pynrrd.write(str(tmp_path / "a.nrrd"), volume.array, about)
    (again,) = nrrd.read_volumes(tmp_path / "a.nrrd")
    assert np.array_equal(again.array, volume.array)
    assert volume.grid.distance_in_voxels(again.grid) < 1e-6


@pytest.mark.parametrize("dtype", [*DTYPES, "i8", "u8"])
def test_pynrrd_reads_what_is_written(tmp_path, dtype):
    volume = filled(dtype, oblique())
    nrrd.write(volume, tmp_path / "a.nrrd")
    array, about = pynrrd.read(str(tmp_path / "a.nrrd"))
    assert np.array_equal(array, volume.array)
    assert np.abs(about["space directions"].T - (LPS_TO_RAS @ volume.grid.affine)[:3, :3]).max() < 1e-12
