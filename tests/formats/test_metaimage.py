import zlib

import numpy as np
import pytest

from scan2train.errors import GeometryError, HostileFile, NonconformingHeader, Scan2TrainError, UnreadableFile
from scan2train.formats import metaimage
from scan2train.formats.text_header import MOST_LINE
from scan2train.grid import Grid
from scan2train.volume import Labels, Volume

SHAPE = (5, 4, 3)
VALUES = np.arange(60, dtype=np.int16).reshape(3, 4, 5) * 7 - 100
FIELDS = {
    "ObjectType": "Image",
    "NDims": "3",
    "BinaryData": "True",
    "BinaryDataByteOrderMSB": "False",
    "CompressedData": "False",
    "TransformMatrix": "0 1 0 -1 0 0 0 0 1",
    "Offset": "-11.5 7.25 40",
    "ElementSpacing": "0.7 0.8 2.5",
    "DimSize": "5 4 3",
    "ElementType": "MET_SHORT",
    "ElementDataFile": "LOCAL",
}
#: i runs along y, j against x in LPS: so i towards the back, j towards the right in RAS.
AFFINE = np.array([[0, 0.8, 0, 11.5], [-0.7, 0, 0, -7.25], [0, 0, 2.5, 40], [0, 0, 0, 1]])


def put(path, data=None, tail="", **changes):
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not None}
    named = fields.pop("ElementDataFile", None)
    if named is not None:
        fields["ElementDataFile"] = named
    text = "".join(f"{name} = {value}\n" for name, value in fields.items()) + tail
    path.write_bytes(text.encode() + (VALUES.tobytes() if data is None else data))
    return path


def codes(volume):
    return {finding.code for finding in volume.findings}


def test_local_voxels(tmp_path):
    path = put(tmp_path / "a.mha")
    (volume,) = metaimage.read_volumes(path)
    assert np.array_equal(volume.array, VALUES.T)
    assert not volume.array.flags.owndata
    assert np.abs(volume.grid.affine - AFFINE).max() < 1e-12
    assert volume.findings == ()
    assert metaimage.read_header(path).grid == volume.grid


@pytest.mark.parametrize("key", ["BinaryDataByteOrderMSB", "ElementByteOrderMSB"])
def test_big_endian(tmp_path, key):
    (volume,) = metaimage.read_volumes(
        put(tmp_path / "a.mha", VALUES.astype(">i2").tobytes(), **{key: "True"})
    )
    assert np.array_equal(volume.array, VALUES.T)


@pytest.mark.parametrize("with_size", [True, False])
def test_packed_voxels(tmp_path, with_size):
    packed = zlib.compress(VALUES.tobytes())
    size = {"CompressedDataSize": str(len(packed))} if with_size else {}
    (volume,) = metaimage.read_volumes(put(tmp_path / "a.mha", packed, CompressedData="True", **size))
    assert np.array_equal(volume.array, VALUES.T)
    assert volume.findings == ()


def test_voxels_as_text(tmp_path):
    text = " ".join(str(value) for value in VALUES.ravel()).encode()
    (volume,) = metaimage.read_volumes(put(tmp_path / "a.mha", text, BinaryData="False"))
    assert np.array_equal(volume.array, VALUES.T)


@pytest.mark.parametrize(("size", "junk"), [("-1", b"header of another tool"), ("7", b"1234567")])
def test_a_data_file_with_a_header_of_its_own(tmp_path, size, junk):
    (tmp_path / "v.raw").write_bytes(junk + VALUES.tobytes())
    path = put(tmp_path / "a.mhd", b"", ElementDataFile="v.raw", HeaderSize=size)
    (volume,) = metaimage.read_volumes(path)
    assert np.array_equal(volume.array, VALUES.T)
    assert metaimage.read_header(path).files == (path, tmp_path / "v.raw")


@pytest.mark.parametrize("named", ["LIST", "LIST 2D", "s%02d.raw 1 3 1"])
def test_a_file_for_each_slice(tmp_path, named):
    for number, plane in enumerate(VALUES, start=1):
        (tmp_path / f"s{number:02d}.raw").write_bytes(plane.tobytes())
    names = b"s01.raw\ns02.raw\ns03.raw\n" if named.startswith("LIST") else b""
    (volume,) = metaimage.read_volumes(put(tmp_path / "a.mhd", names, ElementDataFile=named))
    assert np.array_equal(volume.array, VALUES.T)


def test_channels_and_time(tmp_path):
    colours = np.arange(180, dtype=np.uint8).reshape(3, 4, 5, 3)
    kind = {"ElementType": "MET_UCHAR", "ElementNumberOfChannels": "3"}
    (volume,) = metaimage.read_volumes(put(tmp_path / "c.mha", colours.tobytes(), **kind))
    assert np.array_equal(volume.array, colours.transpose(2, 1, 0, 3))
    moving = np.arange(120, dtype=np.int16).reshape(2, 3, 4, 5)
    path = put(
        tmp_path / "t.mha",
        moving.tobytes(),
        NDims="4",
        DimSize="5 4 3 2",
        TransformMatrix="1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1",
        Offset="1 2 3 0",
        ElementSpacing="0.7 0.8 2.5 1",
    )
    first, second = metaimage.read_volumes(path)
    assert np.array_equal(second.array, moving[1].T)
    assert second.meta["dimension"] == "time"
    assert first.grid.origin == (-1, -2, 3)


@pytest.mark.parametrize(("slope", "offset", "kind"), [("2", "-3", np.int32), ("0.5", "10", np.float32)])
@pytest.mark.parametrize("named", ["LOCAL", "v.raw"])
def test_the_intensity_function_is_applied(tmp_path, slope, offset, kind, named):
    (tmp_path / "v.raw").write_bytes(VALUES.tobytes())
    function = {"ElementToIntensityFunctionSlope": slope, "ElementToIntensityFunctionOffset": offset}
    (volume,) = metaimage.read_volumes(put(tmp_path / "a.mhd", ElementDataFile=named, **function))
    assert np.array_equal(volume.array, VALUES.T * float(slope) + float(offset))
    assert volume.array.dtype == kind


@pytest.mark.parametrize(
    "wrong",
    [
        {"ElementToIntensityFunctionSlope": "0"},
        {"ElementToIntensityFunctionSlope": "nan"},
        {"ElementToIntensityFunctionOffset": "inf"},
        {"ElementToIntensityFunctionOffset": "many"},
        {"ElementToIntensityFunctionSlope": "2", "BinaryData": "False"},
    ],
)
def test_an_intensity_function_that_cannot_be_applied_is_refused(tmp_path, wrong):
    text = " ".join(str(value) for value in VALUES.ravel()).encode()
    data = text if "BinaryData" in wrong else None
    with pytest.raises(NonconformingHeader):
        metaimage.read_header(put(tmp_path / "a.mha", data, **wrong))


def test_without_spacing_it_is_a_pixel_grid(tmp_path):
    (volume,) = metaimage.read_volumes(put(tmp_path / "a.mha", ElementSpacing=None))
    assert not volume.grid.physical
    assert codes(volume) == {"GEO001"}


def test_the_size_of_an_element_stands_in_for_spacing(tmp_path):
    (volume,) = metaimage.read_volumes(
        put(tmp_path / "a.mha", ElementSpacing=None, ElementSize="0.7 0.8 2.5")
    )
    assert np.abs(volume.grid.affine - AFFINE).max() < 1e-12


def test_what_is_odd_but_right_is_told(tmp_path):
    (volume,) = metaimage.read_volumes(put(tmp_path / "a.mha", VALUES.tobytes() + b"more"))
    assert codes(volume) == {"FIL005"}
    (volume,) = metaimage.read_volumes(put(tmp_path / "b.mha", TransformMatrix="1 0 0 0.5 1 0 0 0 1"))
    assert codes(volume) == {"NII002"}
    (volume,) = metaimage.read_volumes(put(tmp_path / "d.nrrd"))
    assert codes(volume) == {"FIL007"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"DimSize": "5 4"}, NonconformingHeader),
        ({"DimSize": "5 4 0"}, NonconformingHeader),
        ({"DimSize": "5 4 x"}, NonconformingHeader),
        ({"DimSize": "99999999999 99999999 3"}, UnreadableFile),
        ({"NDims": "7"}, NonconformingHeader),
        ({"ElementType": "MET_OTHER"}, NonconformingHeader),
        ({"ElementNumberOfChannels": "1000000000"}, UnreadableFile),
        ({"ElementSpacing": "0.7 -0.8 2.5"}, GeometryError),
        ({"ElementSpacing": "0.7 nan 2.5"}, GeometryError),
        ({"TransformMatrix": "1 0 0 1 0 0 0 0 1"}, GeometryError),
        ({"TransformMatrix": "1 0 0 0 1 0"}, NonconformingHeader),
        ({"Offset": "1 2 inf"}, GeometryError),
        ({"HeaderSize": "999999999"}, UnreadableFile),
        ({"HeaderSize": ""}, NonconformingHeader),
        ({"ElementDataFile": "s%d.raw"}, NonconformingHeader),
        ({"CompressedData": "True", "CompressedDataSize": "4000000000"}, UnreadableFile),
        ({"ElementDataFile": None}, UnreadableFile),
        ({"ElementDataFile": "missing.raw"}, UnreadableFile),
        ({"ElementDataFile": "a.mha"}, UnreadableFile),
        ({"ElementDataFile": "../v.raw"}, HostileFile),
        ({"ElementDataFile": "..\\v.raw"}, HostileFile),
        ({"ElementDataFile": "/dev/zero"}, HostileFile),
        ({"ElementDataFile": "file:///etc/hosts"}, HostileFile),
        ({"ElementDataFile": "v\0.raw"}, HostileFile),
        ({"ElementDataFile": "C:/v.raw"}, HostileFile),
        ({"ElementDataFile": "%s%n.raw 1 2 1"}, HostileFile),
        ({"ElementDataFile": "s%d.raw 1 99999999999 1"}, HostileFile),
        ({"Comment": "x" * (MOST_LINE + 1)}, HostileFile),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, changes, error):
    path = put(tmp_path / "a.mha", **changes)
    for read in (metaimage.read_header, metaimage.read_volumes):
        with pytest.raises(error) as caught:
            read(path)
        assert str(path) in str(caught.value)


def test_what_is_not_packed_though_the_header_says_so_is_refused(tmp_path):
    with pytest.raises(UnreadableFile):
        metaimage.read_volumes(put(tmp_path / "a.mha", CompressedData="True"))


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret").write_bytes(VALUES.tobytes())
    (inner / "v.raw").symlink_to(tmp_path / "secret")
    with pytest.raises(HostileFile):
        metaimage.read_volumes(put(inner / "a.mhd", b"", ElementDataFile="v.raw"))


def test_a_bomb_is_refused(tmp_path):
    packed = zlib.compress(VALUES.tobytes() + bytes(8 << 20))
    with pytest.raises(HostileFile):
        metaimage.read_volumes(put(tmp_path / "a.mha", packed, CompressedData="True"))


def test_a_cut_is_seen_wherever_it_is(tmp_path):
    data = put(tmp_path / "a.mha").read_bytes()
    for end in range(0, len(data), 7):
        (tmp_path / "a.mha").write_bytes(data[:end])
        with pytest.raises(Scan2TrainError):
            metaimage.read_volumes(tmp_path / "a.mha")


@pytest.mark.parametrize("name", ["a.mha", "a.mhd"])
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "i8", "u8", "f4", "f8"])
def test_written_and_read_again(tmp_path, name, dtype):
    volume = Volume(array=(np.arange(60).reshape(SHAPE) % 120).astype(dtype), grid=Grid(SHAPE, AFFINE))
    metaimage.write(volume, tmp_path / name)
    (again,) = metaimage.read_volumes(tmp_path / name)
    assert again.array.dtype == volume.array.dtype
    assert np.array_equal(again.array, volume.array)
    assert np.abs(again.grid.affine - AFFINE).max() < 1e-12
    assert again.findings == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        {name, "a.raw"} if name == "a.mhd" else {name}
    )


def test_channels_pixel_grids_and_labels_written_and_read_again(tmp_path):
    colours = np.arange(180, dtype=np.uint8).reshape(*SHAPE, 3)
    metaimage.write(Volume(array=colours, grid=Grid(SHAPE, np.eye(4), physical=False)), tmp_path / "a.mha")
    (again,) = metaimage.read_volumes(tmp_path / "a.mha")
    assert np.array_equal(again.array, colours)
    assert not again.grid.physical
    metaimage.write(
        Labels(array=colours[..., 0].astype(np.int64), grid=Grid(SHAPE, AFFINE)), tmp_path / "a.mha"
    )
    (again,) = metaimage.read_volumes(tmp_path / "a.mha")
    assert again.array.dtype == np.uint8
