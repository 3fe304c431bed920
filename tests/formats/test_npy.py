import json

import numpy as np
import pytest

from scan2train.errors import GeometryError, NonconformingHeader, NotAnImage, Scan2TrainError, UnreadableFile
from scan2train.formats import npy
from scan2train.grid import Grid
from scan2train.volume import Labels, Volume

SHAPE = (5, 4, 3)
AFFINE = np.array([[0.1, 0.8, 0, 11.5], [-0.7, 0, 0.2, -7.25], [0, 0, 2.5, 40], [0, 0, 0, 1]])
RAMP = np.arange(60).reshape(SHAPE)


@pytest.mark.parametrize("dtype", ["?", "u1", "i1", "u2", "i2", "u4", "i4", "i8", "u8", "f2", "f4", "f8"])
@pytest.mark.parametrize("order", "CF")
def test_written_and_read_again(tmp_path, dtype, order):
    array = np.array(RAMP % 100, dtype=dtype, order=order)
    npy.write(Volume(array=array, grid=Grid(SHAPE, AFFINE), unit="HU"), tmp_path / "a.npy")
    (again,) = npy.read_volumes(tmp_path / "a.npy")
    assert again.array.dtype == array.dtype
    assert np.array_equal(again.array, array)
    assert again.grid == Grid(SHAPE, AFFINE)
    assert again.unit == "HU"
    assert again.findings == ()
    assert np.array_equal(np.load(tmp_path / "a.npy", allow_pickle=False), array)


def test_labels_and_channels_written_and_read_again(tmp_path):
    labels = Labels(array=RAMP, grid=Grid(SHAPE, AFFINE), names={1: "liver", 12: "Milz, groß"})
    npy.write(labels, tmp_path / "a.npy")
    (again,) = npy.read_volumes(tmp_path / "a.npy")
    assert isinstance(again, Labels)
    assert dict(again.names) == dict(labels.names)
    channels = np.arange(120, dtype=np.float32).reshape(*SHAPE, 2)
    npy.write(Volume(array=channels, grid=Grid(SHAPE, np.eye(4), physical=False)), tmp_path / "c.npy")
    (again,) = npy.read_volumes(tmp_path / "c.npy")
    assert np.array_equal(again.array, channels)
    assert not again.grid.physical


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("dtype", ["<i2", ">i2", ">f8"])
def test_arrays_of_other_writers_lie_on_a_pixel_grid(tmp_path, order, dtype):
    np.save(tmp_path / "a.npy", np.array(RAMP, dtype=dtype, order=order))
    (volume,) = npy.read_volumes(tmp_path / "a.npy")
    assert np.array_equal(volume.array, RAMP)
    assert volume.array.dtype.isnative
    assert not volume.grid.physical
    assert [finding.code for finding in volume.findings] == ["GEO001"]


def test_the_bytes_do_not_depend_on_how_the_array_lies_in_memory(tmp_path):
    for order in "CF":
        npy.write(
            Volume(array=np.array(RAMP, order=order), grid=Grid(SHAPE, AFFINE)), tmp_path / f"{order}.npy"
        )
    assert (tmp_path / "C.npy").read_bytes() == (tmp_path / "F.npy").read_bytes()


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (np.zeros(5), NotAnImage),
        (np.zeros((5, 4)), NotAnImage),
        (np.zeros(SHAPE, complex), NotAnImage),
        (np.zeros((5, 0, 3)), NonconformingHeader),
        (np.array([[[None]]]), NotAnImage),
    ],
)
def test_what_is_no_volume_is_refused(tmp_path, array, error):
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    with pytest.raises(error):
        npy.read_volumes(tmp_path / "a.npy")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("no json", UnreadableFile),
        ('{"grid": 5}', NonconformingHeader),
        ('{"unit": "HU"}', NonconformingHeader),
        (json.dumps({"grid": Grid((3, 4, 5), AFFINE).to_json()}), GeometryError),
        (json.dumps({"grid": {"shape": [5, 4, 3], "affine": [[0] * 4] * 4}}), GeometryError),
    ],
)
def test_a_geometry_that_cannot_be_is_refused(tmp_path, text, error):
    np.save(tmp_path / "a.npy", RAMP)
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(error):
        npy.read_volumes(tmp_path / "a.npy")


def test_a_cut_is_seen_wherever_it_is(tmp_path):
    npy.write(Volume(array=RAMP, grid=Grid(SHAPE, AFFINE)), tmp_path / "a.npy")
    data = (tmp_path / "a.npy").read_bytes()
    for end in range(0, len(data), 9):
        (tmp_path / "a.npy").write_bytes(data[:end])
        with pytest.raises(Scan2TrainError):
            npy.read_volumes(tmp_path / "a.npy")


def test_a_promise_larger_than_the_file_is_refused(tmp_path):
    with (tmp_path / "a.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**6, 10**6)}
        )
    with pytest.raises(UnreadableFile):
        npy.read_header(tmp_path / "a.npy")


@pytest.mark.parametrize("junk", [b"{'descr':", b"('''", b"\xff\xfe", b"[" * 3000])
def test_a_header_that_is_no_python_is_refused(tmp_path, junk):
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\1\0" + len(junk).to_bytes(2, "little") + junk)
    with pytest.raises(UnreadableFile):
        npy.read_header(tmp_path / "a.npy")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"grid": {"shape": [1e999, 4, 3], "affine": [], "physical": true}}',
        '{"grid": {"shape": ["x", 4, 3], "affine": [[1]], "physical": true}}',
        '{"grid": {"shape": [' + "9" * 4000 + ', 4, 3], "affine": [[1]], "physical": true}}',
        '{"grid": ' + "9" * 5000 + "}",
    ],
)
def test_no_geometry_file_ends_an_index(tmp_path, text):
    np.save(tmp_path / "a.npy", RAMP)
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(Scan2TrainError):
        npy.read_header(tmp_path / "a.npy")


def test_names_that_are_no_numbers_are_refused(tmp_path):
    npy.write(Labels(array=RAMP, grid=Grid(SHAPE, AFFINE), names={1: "liver"}), tmp_path / "a.npy")
    about = json.loads((tmp_path / "a.json").read_text())
    (tmp_path / "a.json").write_text(json.dumps(about | {"names": {"one": "liver"}}))
    with pytest.raises(NonconformingHeader):
        npy.read_volumes(tmp_path / "a.npy")
