import bz2
import gzip

import nrrd as pynrrd
import numpy as np
import pytest

from scan2train.errors import (
    DecoderMissing,
    GeometryError,
    HostileFile,
    NonconformingHeader,
    Scan2TrainError,
    UnreadableFile,
)
from scan2train.formats import nrrd
from scan2train.grid import Grid
from scan2train.volume import Labels, Volume

SHAPE = (5, 4, 3)
VALUES = np.arange(60, dtype=np.int16).reshape(3, 4, 5) * 7 - 100
FIELDS = {
    "type": "short",
    "dimension": "3",
    "space": "left-posterior-superior",
    "sizes": "5 4 3",
    "space directions": "(0,0.7,0) (-0.8,0,0) (0,0,2.5)",
    "kinds": "domain domain domain",
    "endian": "little",
    "encoding": "raw",
    "space origin": "(-11.5,7.25,40)",
}
AFFINE = np.array([[0, 0.8, 0, 11.5], [-0.7, 0, 0, -7.25], [0, 0, 2.5, 40], [0, 0, 0, 1]])


def put(path, data=None, magic="NRRD0004", **changes):
    fields = FIELDS | {name.replace("_", " "): value for name, value in changes.items()}
    lines = [magic, "# a comment", "key:=value", *(f"{n}: {v}" for n, v in fields.items() if v is not None)]
    path.write_bytes("\n".join([*lines, "", ""]).encode() + (VALUES.tobytes() if data is None else data))
    return path


def codes(volume):
    return {finding.code for finding in volume.findings}


def encoded(encoding):
    data = VALUES.tobytes()
    return {
        "raw": lambda: data,
        "gzip": lambda: gzip.compress(data),
        "gz": lambda: gzip.compress(data),
        "bzip2": lambda: bz2.compress(data),
        "ascii": lambda: " ".join(str(value) for value in VALUES.ravel()).encode(),
        "txt": lambda: "\n".join(str(value) for value in VALUES.ravel()).encode(),
        "hex": lambda: data.hex(" ", 40).encode(),
    }[encoding]()


@pytest.mark.parametrize("encoding", ["raw", "gzip", "gz", "bzip2", "ascii", "txt", "hex"])
@pytest.mark.parametrize("detached", [False, True])
def test_encodings(tmp_path, encoding, detached):
    if detached:
        (tmp_path / "v.data").write_bytes(encoded(encoding))
        path = put(tmp_path / "a.nhdr", b"", encoding=encoding, data_file="v.data")
    else:
        path = put(tmp_path / "a.nrrd", encoded(encoding), encoding=encoding)
    (volume,) = nrrd.read_volumes(path)
    assert volume.array.dtype == np.int16
    assert np.array_equal(volume.array, VALUES.T)
    assert np.abs(volume.grid.affine - AFFINE).max() < 1e-12
    assert volume.findings == ()
    assert nrrd.read_header(path).grid == volume.grid


def test_big_endian(tmp_path):
    (volume,) = nrrd.read_volumes(put(tmp_path / "a.nrrd", VALUES.astype(">i2").tobytes(), endian="big"))
    assert np.array_equal(volume.array, VALUES.T)
    assert volume.array.dtype.isnative


@pytest.mark.parametrize(
    ("space", "signs"),
    [
        ("left-posterior-superior", (-1, -1, 1)),
        ("LPS", (-1, -1, 1)),
        ("right-anterior-superior", (1, 1, 1)),
        ("RAS", (1, 1, 1)),
        ("left-anterior-superior", (-1, 1, 1)),
        ("LAS", (-1, 1, 1)),
    ],
)
def test_spaces(tmp_path, space, signs):
    (volume,) = nrrd.read_volumes(put(tmp_path / "a.nrrd", space=space))
    lps = AFFINE * np.array([[-1], [-1], [1], [1]])
    assert np.abs(volume.grid.affine - lps * np.array([[*signs, 1]]).T).max() < 1e-12


@pytest.mark.parametrize(
    "changes",
    [
        {"space": None, "space_origin": None},
        {"space": "scanner-xyz"},
        {"space_directions": None},
        {"space_directions": "none none none"},
        {"space": None, "space_directions": None, "space_origin": None, "spacings": "0.7 0.8 2.5"},
    ],
)
def test_without_a_patients_space_it_is_a_pixel_grid(tmp_path, changes):
    (volume,) = nrrd.read_volumes(put(tmp_path / "a.nrrd", **changes))
    assert not volume.grid.physical
    assert codes(volume) == {"GEO001"}


def test_a_missing_origin_is_told(tmp_path):
    (volume,) = nrrd.read_volumes(put(tmp_path / "a.nrrd", space_origin=None))
    assert volume.grid.origin == (0, 0, 0)
    assert codes(volume) == {"GEO001"}


def test_other_units_become_millimetres(tmp_path):
    (volume,) = nrrd.read_volumes(put(tmp_path / "a.nrrd", space_units='"cm" "cm" "cm"'))
    assert np.abs(volume.grid.affine[:3] / 10 - AFFINE[:3]).max() < 1e-12
    assert codes(volume) == {"NII003"}


@pytest.mark.parametrize(("kind", "first"), [("vector", True), ("RGB-color", True), ("vector", False)])
def test_channels_before_and_behind_the_axes_of_space(tmp_path, kind, first):
    if first:
        values = np.arange(180, dtype=np.int16).reshape(3, 4, 5, 3)
        expected = values.transpose(2, 1, 0, 3)
    else:
        values = np.arange(180, dtype=np.int16).reshape(3, 3, 4, 5)
        expected = values.transpose(3, 2, 1, 0)
    around = [f"{kind} {{}}", "none {}", "3 {}"] if first else [f"{{}} {kind}", "{} none", "{} 3"]
    path = put(
        tmp_path / "a.nrrd",
        values.tobytes(),
        dimension="4",
        kinds=around[0].format("domain domain domain"),
        space_directions=around[1].format(FIELDS["space directions"]),
        sizes=around[2].format("5 4 3"),
    )
    (volume,) = nrrd.read_volumes(path)
    assert np.array_equal(volume.array, expected)
    assert nrrd.read_header(path).channels == 3


@pytest.mark.parametrize("kind", ["time", "list"])
def test_time_and_lists_are_volumes_of_their_own(tmp_path, kind):
    values = np.arange(120, dtype=np.int16).reshape(2, 3, 4, 5)
    path = put(
        tmp_path / "a.nrrd",
        values.tobytes(),
        dimension="4",
        kinds=f"domain domain domain {kind}",
        space_directions=FIELDS["space directions"] + " none",
        sizes="5 4 3 2",
    )
    first, second = nrrd.read_volumes(path)
    assert np.array_equal(first.array, values[0].T)
    assert np.array_equal(second.array, values[1].T)
    assert (second.meta["dimension"], second.meta["dimension_value"]) == (kind, 1)


def test_a_space_with_time(tmp_path):
    values = np.arange(120, dtype=np.int16).reshape(2, 3, 4, 5)
    path = put(
        tmp_path / "a.nrrd",
        values.tobytes(),
        dimension="4",
        space="left-posterior-superior-time",
        kinds="domain domain domain domain",
        space_directions="(0,0.7,0,0) (-0.8,0,0,0) (0,0,2.5,0) (0,0,0,50)",
        space_origin="(-11.5,7.25,40,0)",
        sizes="5 4 3 2",
    )
    first, second = nrrd.read_volumes(path)
    assert np.array_equal(second.array, values[1].T)
    assert np.abs(first.grid.affine - AFFINE).max() < 1e-12


def test_two_axes_are_one_slice(tmp_path):
    path = put(
        tmp_path / "a.nrrd",
        VALUES[0].tobytes(),
        dimension="2",
        kinds="domain domain",
        space_directions="(0,0.7,0) (-0.8,0,0)",
        sizes="5 4",
    )
    (volume,) = nrrd.read_volumes(path)
    assert np.array_equal(volume.array, VALUES[0].T[..., np.newaxis])
    assert volume.grid.shape == (5, 4, 1)


@pytest.mark.parametrize(
    "skips", [{"byte_skip": "7"}, {"byte_skip": "-1"}, {"line_skip": "2"}, {"byte skip": "7"}]
)
def test_bytes_and_lines_before_the_voxels(tmp_path, skips):
    junk = b"one\ntwo\n" if "line_skip" in skips else b"1234567"
    (tmp_path / "v.data").write_bytes(junk + VALUES.tobytes())
    (volume,) = nrrd.read_volumes(put(tmp_path / "a.nhdr", b"", data_file="v.data", **skips))
    assert np.array_equal(volume.array, VALUES.T)
    assert volume.findings == ()


@pytest.mark.parametrize("named", ["LIST", "s%02d.raw 1 3 1", "s%02d.raw 1 3"])
def test_a_file_for_each_slice(tmp_path, named):
    for number, plane in enumerate(VALUES, start=1):
        (tmp_path / f"s{number:02d}.raw").write_bytes(plane.tobytes())
    path = put(tmp_path / "a.nhdr", b"", data_file=named)
    if named == "LIST":
        path.write_bytes(path.read_bytes()[:-1] + b"s01.raw\ns02.raw\ns03.raw\n")
    (volume,) = nrrd.read_volumes(path)
    assert np.array_equal(volume.array, VALUES.T)


def test_what_is_odd_but_right_is_told(tmp_path):
    (volume,) = nrrd.read_volumes(put(tmp_path / "a.nrrd", VALUES.tobytes() + b"more"))
    assert codes(volume) == {"FIL005"}
    (volume,) = nrrd.read_volumes(put(tmp_path / "b.nrrd", space_directions="(1,0,0) (0.5,1,0) (0,0,1)"))
    assert codes(volume) == {"NII002"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"magic": "NRRD9999"}, NonconformingHeader),
        ({"sizes": "5 4"}, NonconformingHeader),
        ({"sizes": "5 4 -3"}, NonconformingHeader),
        ({"sizes": "99999999999 9999999 3"}, UnreadableFile),
        ({"dimension": "17"}, NonconformingHeader),
        ({"dimension": "x"}, NonconformingHeader),
        ({"kinds": "domain domain"}, NonconformingHeader),
        ({"space directions": "(1,0,0) (0,1,0)"}, NonconformingHeader),
        ({"space directions": "(1,0) (0,1) (1,1)"}, NonconformingHeader),
        ({"space directions": "1 0 0"}, NonconformingHeader),
        ({"space directions": "(nan,0,0) (0,1,0) (0,0,1)"}, GeometryError),
        ({"space directions": "(0,0,0) (0,1,0) (0,0,1)"}, GeometryError),
        ({"space directions": "(1,0,0) (1,0,0) (0,0,1)"}, GeometryError),
        ({"space origin": "(inf,0,0)"}, GeometryError),
        ({"type": "block"}, NonconformingHeader),
        ({"endian": None}, NonconformingHeader),
        ({"encoding": "zip"}, DecoderMissing),
        ({"byte skip": "999999999"}, UnreadableFile),
        ({"byte skip": "-2"}, NonconformingHeader),
        ({"line skip": "999999999"}, UnreadableFile),
        ({"data file": "missing.raw"}, UnreadableFile),
        ({"data file": "../v.raw"}, HostileFile),
        ({"data file": "/dev/zero"}, HostileFile),
        ({"data file": "https://example.org/v.raw"}, HostileFile),
        ({"data file": "%n%s.raw 1 3 1"}, HostileFile),
        ({"data file": "LIST"}, UnreadableFile),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, changes, error):
    magic = changes.pop("magic", "NRRD0004")
    path = put(tmp_path / "a.nrrd", magic=magic, **changes)
    for read in (nrrd.read_header, nrrd.read_volumes):
        with pytest.raises(error) as caught:
            read(path)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["1 2 3", "1 " * 59 + "x", "1 " * 61, "1 " * 59 + "99999"])
def test_text_that_is_not_the_voxels_is_refused(tmp_path, text):
    with pytest.raises(UnreadableFile):
        nrrd.read_volumes(put(tmp_path / "a.nrrd", text.encode(), encoding="ascii"))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_bomb_is_refused(tmp_path, pack):
    encoding = "gzip" if pack is gzip.compress else "bzip2"
    with pytest.raises(HostileFile):
        nrrd.read_volumes(
            put(tmp_path / "a.nrrd", pack(VALUES.tobytes() + bytes(8 << 20)), encoding=encoding)
        )


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2", "hex"])
def test_a_cut_is_seen_wherever_it_is(tmp_path, encoding):
    data = put(tmp_path / "a.nrrd", encoded(encoding), encoding=encoding).read_bytes()
    for end in range(0, len(data), 7):
        (tmp_path / "a.nrrd").write_bytes(data[:end])
        with pytest.raises(Scan2TrainError):
            nrrd.read_volumes(tmp_path / "a.nrrd")


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "i8", "u8", "f4", "f8"])
def test_written_and_read_again(tmp_path, dtype):
    volume = Volume(array=(np.arange(60).reshape(SHAPE) % 120).astype(dtype), grid=Grid(SHAPE, AFFINE))
    nrrd.write(volume, tmp_path / "a.nrrd")
    (again,) = nrrd.read_volumes(tmp_path / "a.nrrd")
    assert again.array.dtype == volume.array.dtype
    assert np.array_equal(again.array, volume.array)
    assert np.array_equal(again.grid.affine, AFFINE)
    assert again.findings == ()


def test_channels_and_pixel_grids_written_and_read_again(tmp_path):
    for channels in (2, 3, 4):
        colours = np.arange(60 * channels, dtype=np.uint8).reshape(*SHAPE, channels)
        for grid in (Grid(SHAPE, AFFINE), Grid(SHAPE, np.eye(4), physical=False)):
            nrrd.write(Volume(array=colours, grid=grid), tmp_path / "a.nrrd")
            (again,) = nrrd.read_volumes(tmp_path / "a.nrrd")
            assert np.array_equal(again.array, colours)
            assert again.grid == grid


def test_names_of_labels_are_those_of_slicer_and_come_back(tmp_path):
    names = {1: "liver", 7: "a\\nb\nGefäß"}
    labels = Labels(
        array=np.arange(np.prod(SHAPE)).reshape(SHAPE) % 8, grid=Grid(SHAPE, np.eye(4)), names=names
    )
    nrrd.write(labels, tmp_path / "a.nrrd")
    (again,) = nrrd.read_volumes(tmp_path / "a.nrrd")
    assert isinstance(again, Labels)
    assert again.names == names
    _, about = pynrrd.read(str(tmp_path / "a.nrrd"))
    assert (about["Segment0_Name"], about["Segment0_LabelValue"]) == ("liver", "1")


def test_segments_in_several_layers_and_of_no_number_name_nothing(tmp_path):
    labels = Labels(array=np.ones(SHAPE, "u1"), grid=Grid(SHAPE, np.eye(4)), names={1: "liver", 2: "lung"})
    nrrd.write(labels, tmp_path / "a.nrrd")
    data = (tmp_path / "a.nrrd").read_bytes()
    (tmp_path / "a.nrrd").write_bytes(data.replace(b"Segment1_Layer:=0", b"Segment1_Layer:=1"))
    assert not isinstance(nrrd.read_volumes(tmp_path / "a.nrrd")[0], Labels)
    (tmp_path / "a.nrrd").write_bytes(data.replace(b"Segment1_LabelValue:=2", b"Segment1_LabelValue:=two"))
    assert nrrd.read_volumes(tmp_path / "a.nrrd")[0].names == {1: "liver"}
