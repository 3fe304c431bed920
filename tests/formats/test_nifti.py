"""NIfTI files made byte by byte, so that what is tested does not depend on what is tested."""

import gzip
import struct

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from scan2train.errors import (
    GeometryError,
    HostileFile,
    NonconformingHeader,
    Scan2TrainError,
    UnreadableFile,
)
from scan2train.finding import Severity
from scan2train.formats import nifti
from scan2train.formats.nifti_fields import NIFTI1, NIFTI2
from scan2train.grid import Grid
from scan2train.volume import Labels, Volume

SHAPE = (5, 4, 3)
SPACING = (0.7, 0.8, 2.5)
TURN = Rotation.from_euler("xyz", (0.2, -0.3, 0.1)).as_matrix()
AFFINE = np.eye(4)
AFFINE[:3, :3] = TURN * SPACING
AFFINE[:3, 3] = (-11.5, 7.25, 40)
VALUES = np.arange(60, dtype=np.int16).reshape(3, 4, 5) * 7 - 100


def header(order="<", kind=NIFTI1, **changes):
    record = np.zeros((), kind.newbyteorder(order))
    record["sizeof_hdr"] = kind.itemsize
    record["magic"] = b"n+1\0" if kind is NIFTI1 else b"n+2\0\r\n\x1a\n"
    record["dim"] = [3, *SHAPE, 1, 1, 1, 1]
    record["datatype"] = 4
    record["bitpix"] = 16
    record["pixdim"] = [1, *SPACING, 1, 1, 1, 1]
    record["vox_offset"] = kind.itemsize + 4
    record["sform_code"] = 1
    record["srow"] = AFFINE[:3]
    record["xyzt_units"] = 2
    for name, value in changes.items():
        record[name] = value
    return record.tobytes()


def put(path, head, values=VALUES, order="<", extension=bytes(4), tail=b""):
    path.write_bytes(head + extension + values.astype(values.dtype.newbyteorder(order)).tobytes() + tail)
    return path


def codes(volume):
    return {(finding.code, finding.severity.value) for finding in volume.findings}


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", [NIFTI1, NIFTI2])
def test_versions_and_byte_orders(tmp_path, order, kind):
    path = put(tmp_path / "a.nii", header(order, kind), order=order)
    (volume,) = nifti.read_volumes(path)
    assert volume.array.dtype == np.int16
    assert volume.array.dtype.isnative
    assert np.array_equal(volume.array, VALUES.T)
    assert np.abs(volume.grid.affine - AFFINE).max() < 1e-6
    assert volume.grid.physical
    assert volume.findings == ()
    head = nifti.read_header(path)
    assert head.dtype == np.dtype(np.int16).newbyteorder(order)
    assert head.grid == volume.grid
    assert head.files == (path,)


def test_the_array_is_a_view_of_the_files_order(tmp_path):
    (volume,) = nifti.read_volumes(put(tmp_path / "a.nii", header()))
    assert volume.array.flags.f_contiguous
    assert not volume.array.flags.owndata
    assert not volume.array.flags.writeable


def test_gzip_members_are_read_as_one(tmp_path):
    whole = header() + bytes(4) + VALUES.tobytes()
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(whole[:200]) + gzip.compress(b"") + gzip.compress(whole[200:]))
    (volume,) = nifti.read_volumes(path)
    assert np.array_equal(volume.array, VALUES.T)
    assert volume.findings == ()


@pytest.mark.parametrize("end", [".img", ".img.gz"])
def test_a_pair_of_header_and_image(tmp_path, end):
    (tmp_path / "a.hdr").write_bytes(header(magic=b"ni1\0", vox_offset=0))
    data = VALUES.tobytes()
    (tmp_path / f"a{end}").write_bytes(gzip.compress(data) if end.endswith("gz") else data)
    (volume,) = nifti.read_volumes(tmp_path / "a.hdr")
    assert np.array_equal(volume.array, VALUES.T)
    assert nifti.read_header(tmp_path / "a.hdr").files == (tmp_path / "a.hdr", tmp_path / f"a{end}")


def test_a_pairs_image_that_leads_out_of_the_folder_is_not_read(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret").write_bytes(VALUES.tobytes())
    (inner / "a.img").symlink_to(tmp_path / "secret")
    (inner / "a.hdr").write_bytes(header(magic=b"ni1\0", vox_offset=0))
    with pytest.raises(HostileFile):
        nifti.read_volumes(inner / "a.hdr")


@pytest.mark.parametrize(
    ("slope", "intercept", "dtype"),
    [
        (1, 0, np.int16),
        (0, 5, np.int16),
        (1, -1024, np.int32),
        (0.5, 0, np.float32),
        (0.013, 7.7, np.float32),
    ],
)
def test_scaled_values(tmp_path, slope, intercept, dtype):
    path = put(tmp_path / "a.nii", header(scl_slope=slope, scl_inter=intercept))
    (volume,) = nifti.read_volumes(path)
    assert volume.array.dtype == dtype
    factor = (np.float32(slope), np.float32(intercept)) if slope else (1, 0)
    expected = VALUES.T.astype(np.float64) * float(factor[0]) + float(factor[1])
    assert np.abs(volume.array - expected).max() < 1e-4


def test_large_steps_need_double_precision(tmp_path):
    (volume,) = nifti.read_volumes(put(tmp_path / "a.nii", header(scl_slope=1.7)))
    assert volume.array.dtype == np.float64


def test_a_scale_that_is_no_number_is_left_out_and_told(tmp_path):
    (volume,) = nifti.read_volumes(put(tmp_path / "a.nii", header(scl_slope=np.nan)))
    assert np.array_equal(volume.array, VALUES.T)
    assert codes(volume) == {("NII003", "warning")}


@pytest.mark.parametrize(("units", "factor"), [(1, 1000), (3, 0.001)])
def test_other_units_become_millimetres(tmp_path, units, factor):
    (volume,) = nifti.read_volumes(put(tmp_path / "a.nii", header(xyzt_units=units)))
    assert np.abs(volume.grid.affine[:3] / factor - AFFINE[:3]).max() < 1e-5
    assert codes(volume) == {("NII003", "warning")}


def test_time_points_are_volumes_of_their_own(tmp_path):
    values = np.arange(2 * 60, dtype=np.uint16).reshape(2, 3, 4, 5)
    path = put(tmp_path / "a.nii", header(dim=[4, *SHAPE, 2, 1, 1, 1], datatype=512), values)
    first, second = nifti.read_volumes(path)
    assert np.array_equal(first.array, values[0].T)
    assert np.array_equal(second.array, values[1].T)
    assert (second.meta["dimension"], second.meta["dimension_value"]) == ("time", 1)
    assert nifti.read_header(path).volumes == 2


def test_vectors_and_colours_become_channels(tmp_path):
    vectors = np.arange(2 * 60, dtype=np.float32).reshape(2, 3, 4, 5)
    head = header(dim=[5, *SHAPE, 1, 2, 1, 1], datatype=16, bitpix=32)
    (volume,) = nifti.read_volumes(put(tmp_path / "v.nii", head, vectors))
    assert np.array_equal(volume.array, np.moveaxis(vectors, 0, -1).transpose(2, 1, 0, 3))
    colours = np.arange(3 * 60, dtype=np.uint8).reshape(3, 4, 5, 3)
    (volume,) = nifti.read_volumes(put(tmp_path / "c.nii", header(datatype=128, bitpix=24), colours))
    assert np.array_equal(volume.array, colours.transpose(2, 1, 0, 3))


def test_without_codes_it_is_a_pixel_grid(tmp_path):
    (volume,) = nifti.read_volumes(put(tmp_path / "a.nii", header(sform_code=0)))
    assert not volume.grid.physical
    assert volume.grid.spacing == (1, 1, 1)
    assert codes(volume) == {("NII001", "warning")}


def quaternion(matrix):
    b, c, d, a = Rotation.from_matrix(matrix).as_quat(canonical=True)
    assert a >= 0
    return b, c, d


@pytest.mark.parametrize("mirror", [1, -1])
def test_the_qform_alone(tmp_path, mirror):
    head = header(
        sform_code=0,
        qform_code=2,
        quatern=quaternion(TURN),
        qoffset=(-11.5, 7.25, 40),
        pixdim=[mirror, *SPACING, 1, 1, 1, 1],
    )
    (volume,) = nifti.read_volumes(put(tmp_path / "a.nii", head))
    assert np.abs(volume.grid.affine - AFFINE * (1, 1, mirror, 1)).max() < 1e-5
    assert volume.findings == ()


@pytest.mark.parametrize(
    ("shift", "mirror", "severity"),
    [(0.0, 1, None), (0.003, 1, None), (0.2, 1, "info"), (2.0, 1, "error"), (0.0, -1, "error")],
)
def test_sform_wins_and_the_difference_is_graded(tmp_path, shift, mirror, severity):
    head = header(
        qform_code=1,
        quatern=quaternion(TURN),
        qoffset=np.array((-11.5, 7.25, 40)) + TURN[:, 0] * shift * SPACING[0],
        pixdim=[mirror, *SPACING, 1, 1, 1, 1],
    )
    (volume,) = nifti.read_volumes(put(tmp_path / "a.nii", head))
    assert np.abs(volume.grid.affine - AFFINE).max() < 1e-6
    assert codes(volume) == ({("NII001", severity)} if severity else set())


def test_shear_is_kept_and_told(tmp_path):
    sheared = AFFINE.copy()
    sheared[:3, 2] += sheared[:3, 1] * 0.5
    head = header(srow=sheared[:3], pixdim=[1, *np.linalg.norm(sheared[:3, :3], axis=0), 1, 1, 1, 1])
    (volume,) = nifti.read_volumes(put(tmp_path / "a.nii", head))
    assert np.abs(volume.grid.affine - sheared).max() < 1e-6
    assert codes(volume) == {("NII002", "warning")}


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"srow": np.zeros((3, 4))}, GeometryError, "NII002"),
        ({"srow": np.full((3, 4), np.nan)}, GeometryError, "GEO001"),
        ({"sform_code": 0, "qform_code": 1, "quatern": (0.9, 0.9, 0)}, GeometryError, "NII001"),
        ({"sform_code": 0, "qform_code": 1, "pixdim": [1, 0, 1, 1, 1, 1, 1, 1]}, GeometryError, "GEO001"),
        ({"dim": [3, 500, 400, 300, 1, 1, 1, 1]}, UnreadableFile, "FIL001"),
        ({"dim": [7] + [32767] * 7}, HostileFile, "FIL002"),
        ({"dim": [3, -5, 4, 3, 1, 1, 1, 1]}, NonconformingHeader, "FIL005"),
        ({"dim": [0, 5, 4, 3, 1, 1, 1, 1]}, NonconformingHeader, "FIL005"),
        ({"datatype": 32}, NonconformingHeader, "FIL005"),
        ({"datatype": 9}, NonconformingHeader, "FIL005"),
        ({"vox_offset": np.nan}, NonconformingHeader, "FIL005"),
        ({"vox_offset": 100}, NonconformingHeader, "FIL005"),
        ({"vox_offset": 353}, UnreadableFile, "FIL001"),
        ({"magic": b"XXXX"}, NonconformingHeader, "FIL005"),
        ({"magic": b""}, NonconformingHeader, "FIL005"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, changes, error, code):
    path = put(tmp_path / "a.nii", header(**changes))
    for read in (nifti.read_header, nifti.read_volumes):
        with pytest.raises(error) as caught:
            read(path)
        assert caught.value.code == code
        assert str(path) in str(caught.value)


def test_what_is_odd_but_right_is_told(tmp_path):
    (volume,) = nifti.read_volumes(put(tmp_path / "a.nii", header(), tail=b"12345"))
    assert np.array_equal(volume.array, VALUES.T)
    assert codes(volume) == {("FIL005", "warning")}
    (volume,) = nifti.read_volumes(put(tmp_path / "b.nii", header(bitpix=8)))
    assert codes(volume) == {("NII003", "warning")}
    (volume,) = nifti.read_volumes(put(tmp_path / "c.nii.gz", header()))
    assert codes(volume) == {("FIL007", "warning")}
    (volume,) = nifti.read_volumes(put(tmp_path / "d.nii", header(pixdim=[1, 3, 3, 3, 1, 1, 1, 1])))
    assert codes(volume) == {("NII003", "warning")}
    holes = np.where(VALUES % 2, np.nan, VALUES).astype(np.float32)
    (volume,) = nifti.read_volumes(put(tmp_path / "e.nii", header(datatype=16, bitpix=32), holes))
    assert codes(volume) == {("PIX007", "warning")}


@pytest.mark.parametrize(
    ("length", "found"), [(16, set()), (15, {"FIL005"}), (0, {"FIL005"}), (1 << 30, {"FIL005"})]
)
def test_extensions_are_passed_over_and_lies_told(tmp_path, length, found):
    extension = b"\1\0\0\0" + struct.pack("<ii", length, 6) + b"xxxxxxxx"
    path = put(tmp_path / "a.nii", header(vox_offset=368), extension=extension)
    (volume,) = nifti.read_volumes(path)
    assert np.array_equal(volume.array, VALUES.T)
    assert {finding.code for finding in volume.findings} == found


def test_a_cut_is_seen_wherever_it_is(tmp_path):
    whole = header() + bytes(4) + VALUES.tobytes()
    packed = gzip.compress(whole)
    for name, data in (("a.nii", whole), ("a.nii.gz", packed)):
        for end in range(0, len(data), 11):
            (tmp_path / name).write_bytes(data[:end])
            with pytest.raises(Scan2TrainError):
                nifti.read_volumes(tmp_path / name)


def test_any_damaged_byte_of_a_gzip_is_seen_or_does_no_harm(tmp_path):
    packed = gzip.compress(header() + bytes(4) + VALUES.tobytes(), mtime=0)
    path = tmp_path / "a.nii.gz"
    for at in range(10, len(packed)):
        damaged = bytearray(packed)
        damaged[at] ^= 0x41
        path.write_bytes(damaged)
        try:
            (volume,) = nifti.read_volumes(path)
        except Scan2TrainError:
            continue
        assert np.array_equal(volume.array, VALUES.T)


def test_a_bomb_behind_a_small_header_is_refused(tmp_path):
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(header() + bytes(4) + VALUES.tobytes() + bytes(8 << 20)))
    with pytest.raises(HostileFile):
        nifti.read_volumes(path)


def test_an_image_over_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("SCAN2TRAIN_LARGEST_IMAGE_GIB", "0")
    with pytest.raises(HostileFile, match="SCAN2TRAIN_LARGEST_IMAGE_GIB"):
        nifti.read_volumes(put(tmp_path / "a.nii", header()))


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "i8", "u8", "f4", "f8"])
def test_written_and_read_again(tmp_path, name, dtype):
    array = (np.arange(60).reshape(5, 4, 3) % 120).astype(dtype)
    volume = Volume(array=array, grid=Grid(SHAPE, AFFINE))
    nifti.write(volume, tmp_path / name)
    (again,) = nifti.read_volumes(tmp_path / name)
    assert again.array.dtype == array.dtype
    assert np.array_equal(again.array, array)
    assert volume.grid.distance_in_voxels(again.grid) < 1e-4
    assert again.findings == ()


@pytest.mark.parametrize("channels", [2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_channels_written_and_read_again(tmp_path, channels, dtype):
    array = np.arange(60 * channels).reshape(*SHAPE, channels).astype(dtype)
    nifti.write(Volume(array=array, grid=Grid(SHAPE, AFFINE)), tmp_path / "a.nii")
    (again,) = nifti.read_volumes(tmp_path / "a.nii")
    assert np.array_equal(again.array, array)


def test_types_that_nifti_lacks_are_widened_or_refused(tmp_path):
    def written(array, kind=Volume):
        nifti.write(kind(array=array, grid=Grid(SHAPE, AFFINE)), tmp_path / "a.nii")
        (again,) = nifti.read_volumes(tmp_path / "a.nii")
        assert np.array_equal(again.array, array)
        return again.array.dtype

    ramp = np.arange(60).reshape(SHAPE)
    assert written(ramp > 30) == np.uint8
    assert written(ramp.astype(np.float16)) == np.float32
    assert written(ramp.astype(np.int64), Labels) == np.uint8
    assert written(ramp.astype(np.int64) * -500, Labels) == np.int16
    assert written(ramp.astype(np.uint64) * 70000, Labels) == np.int32
    with pytest.raises(Scan2TrainError, match="32 bits"):
        written(ramp.astype(np.int64) << 40, Labels)
    with pytest.raises(Scan2TrainError, match="complex"):
        written(ramp.astype(np.complex64))


def test_a_pixel_grid_stays_one(tmp_path):
    volume = Volume(array=VALUES.T, grid=Grid(SHAPE, np.eye(4), physical=False))
    nifti.write(volume, tmp_path / "a.nii")
    (again,) = nifti.read_volumes(tmp_path / "a.nii")
    assert not again.grid.physical
    assert np.array_equal(again.array, VALUES.T)


def test_a_sheared_grid_stays_sheared(tmp_path):
    affine = AFFINE.copy()
    affine[:3, 2] += affine[:3, 1] * 0.5
    nifti.write(Volume(array=VALUES.T, grid=Grid(SHAPE, affine)), tmp_path / "a.nii")
    (again,) = nifti.read_volumes(tmp_path / "a.nii")
    assert np.abs(again.grid.affine - affine).max() < 1e-5
    assert nifti.read_header(tmp_path / "a.nii").fields["qform_code"] == 0
    assert {finding.code for finding in again.findings} == {"NII002"}
    assert again.findings[0].severity is Severity.WARNING


def test_more_voxels_along_an_axis_than_nifti1_counts(tmp_path):
    volume = Volume(
        array=np.zeros((40000, 2, 1), np.uint8), grid=Grid((40000, 2, 1), np.diag([0.1, 1, 2, 1]))
    )
    nifti.write(volume, tmp_path / "a.nii")
    (again,) = nifti.read_volumes(tmp_path / "a.nii")
    assert again.grid.shape == (40000, 2, 1)
    assert nifti.read_header(tmp_path / "a.nii").fields["version"] == 2


def test_the_same_volume_gives_the_same_bytes_however_it_lies_in_memory(tmp_path):
    nifti.write(Volume(array=VALUES.T, grid=Grid(SHAPE, AFFINE)), tmp_path / "a.nii.gz")
    nifti.write(Volume(array=np.ascontiguousarray(VALUES.T), grid=Grid(SHAPE, AFFINE)), tmp_path / "b.nii.gz")
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()
    assert (tmp_path / "a.nii.gz").read_bytes()[3:8] == bytes(5)
