import mmap
import struct
import tracemalloc
from pathlib import Path

import blosc2
import numpy as np
import pytest

from scan2train.errors import (
    GeometryError,
    HostileFile,
    NonconformingHeader,
    NotAnImage,
    Scan2TrainError,
    UnreadableFile,
)
from scan2train.formats import b2nd
from scan2train.formats.b2nd_frame import examine
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.read import read
from scan2train.volume import Labels, Volume
from scan2train.write import write
from volumes_in_chunks import AFFINE, DTYPES, GRID, SHAPE, VALUES, volume


@pytest.mark.parametrize("dtype", DTYPES)
def test_written_and_read_again(tmp_path, dtype):
    one = volume(dtype, valid=VALUES % 3 > 0)
    b2nd.write(one, tmp_path / "a.b2nd")
    (again,) = b2nd.read_volumes(tmp_path / "a.b2nd")
    assert again.array.dtype == one.array.dtype
    assert np.array_equal(again.array, one.array)
    assert np.array_equal(again.valid, one.valid)
    assert again.grid == one.grid
    assert (again.unit, again.findings) == ("HU", ())


def test_labels_channels_and_pixel_grids_written_and_read_again(tmp_path):
    labels = Labels(array=VALUES % 5, grid=GRID, names={1: "liver", 4: "Gefäß"})
    write(labels, tmp_path / "l.b2nd")
    assert read(tmp_path / "l.b2nd").names == labels.names
    assert np.array_equal(read(tmp_path / "l.b2nd", as_labels=True).array, labels.array)
    colour = Volume(
        array=np.stack([VALUES % 200] * 3, 3).astype("u1"), grid=Grid(SHAPE, np.eye(4), physical=False)
    )
    b2nd.write(colour, tmp_path / "c.b2nd")
    (again,) = b2nd.read_volumes(tmp_path / "c.b2nd")
    assert np.array_equal(again.array, colour.array)
    assert again.grid == colour.grid


def test_blosc2_itself_reads_what_is_written(tmp_path):
    one = volume("f4", valid=VALUES % 3 > 0)
    write(one, tmp_path / "a.b2nd")
    stored = blosc2.open(str(tmp_path / "a.b2nd"), mode="r")
    assert np.array_equal(stored[:], one.array)
    assert stored.chunks == (64, 64, 9)
    told = stored.schunk.vlmeta["scan2train"]
    assert np.array_equal(told["affine"], AFFINE)
    bits = np.frombuffer(stored.schunk.vlmeta["valid"], np.uint8)
    assert np.array_equal(np.unpackbits(bits, count=VALUES.size).reshape(SHAPE), one.valid)


def test_the_same_volume_gives_the_same_bytes(tmp_path):
    one = volume(valid=VALUES > 40)
    write(one, tmp_path / "a.b2nd")
    write(one.replace(array=np.asfortranarray(one.array)), tmp_path / "b.b2nd")
    assert (tmp_path / "a.b2nd").read_bytes() == (tmp_path / "b.b2nd").read_bytes()


def test_arrays_of_other_writers_lie_on_a_pixel_grid(tmp_path):
    one = volume("f4").array
    blosc2.asarray(one, urlpath=str(tmp_path / "a.b2nd"))
    (again,) = b2nd.read_volumes(tmp_path / "a.b2nd")
    assert np.array_equal(again.array, one)
    assert not again.grid.physical
    assert [finding.code for finding in again.findings] == ["GEO001"]
    blosc2.asarray(one[0], urlpath=str(tmp_path / "flat.b2nd"))
    with pytest.raises(NotAnImage):
        b2nd.read_volumes(tmp_path / "flat.b2nd")
    blosc2.SChunk(data=b"abc" * 99, urlpath=str(tmp_path / "bytes.b2nd"))
    with pytest.raises(NonconformingHeader):
        b2nd.read_volumes(tmp_path / "bytes.b2nd")


def test_a_blank_volume_comes_back(tmp_path):
    shape = (512, 512, 120)
    write(Volume(array=np.zeros(shape, "u1"), grid=Grid(shape, AFFINE)), tmp_path / "a.b2nd")
    assert (tmp_path / "a.b2nd").stat().st_size < 2000
    assert not read(tmp_path / "a.b2nd").array.any()


def test_what_is_blank_takes_no_memory_and_what_is_not_must_be_in_the_file(tmp_path):
    shape = (1024, 1024, 256)
    array = np.zeros(shape, "u1")
    array[100:130, 500:520, 200:] = 7
    write(Volume(array=array, grid=Grid(shape, AFFINE)), tmp_path / "a.b2nd")
    before = touched()
    (again,) = b2nd.read_volumes(tmp_path / "a.b2nd")
    assert touched() - before < 64 << 20
    assert np.array_equal(again.array, array)
    # One value is stored once for a whole chunk, however large.
    bomb = blosc2.full(shape, 7, dtype="u1", chunks=(1024, 1024, 128))
    (tmp_path / "bomb.b2nd").write_bytes(bomb.to_cframe())
    with pytest.raises(HostileFile, match="swell"):
        b2nd.read_volumes(tmp_path / "bomb.b2nd")


def touched():
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


def test_it_is_found_by_its_content(tmp_path):
    write(volume(), tmp_path / "a.b2nd")
    (tmp_path / "a.b2nd").rename(tmp_path / "a.nii")
    (row,) = index(tmp_path, cache=False).volumes.to_dicts()
    assert row["format"] == "b2nd"
    assert "FIL007" in {finding.code for finding in read(tmp_path / "a.nii").findings}


def test_a_cut_is_seen_wherever_it_is(tmp_path):
    b2nd.write(volume(valid=VALUES > 9), tmp_path / "a.b2nd")
    data = (tmp_path / "a.b2nd").read_bytes()
    for end in [*range(0, 400, 7), *range(400, len(data), 499), len(data) - 1]:
        (tmp_path / "a.b2nd").write_bytes(data[:end])
        with pytest.raises(UnreadableFile):
            b2nd.read_volumes(tmp_path / "a.b2nd")


def test_any_damaged_byte_of_the_header_is_seen_or_does_no_harm(tmp_path):
    b2nd.write(volume(), tmp_path / "a.b2nd")
    data = (tmp_path / "a.b2nd").read_bytes()
    for at in range(10, 260):
        for value in (0, 0x7F, 0xFF):
            (tmp_path / "b.b2nd").write_bytes(data[:at] + bytes([value]) + data[at + 1 :])
            try:
                (again,) = b2nd.read_volumes(tmp_path / "b.b2nd")
            except Scan2TrainError:
                continue
            assert again.array.shape == SHAPE


def with_shape(data, *shape):
    at = data.index(b"\xa4b2nd")
    layer = struct.unpack(">i", data[at + 6 : at + 10])[0] + 5
    packed = b"".join(struct.pack(">bq", -45, size) for size in shape)
    return data[: layer + 4] + packed + data[layer + 4 + len(packed) :]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda d: with_shape(d, 10**6, 10**6, 10**6), HostileFile),
        (lambda d: with_shape(d, 2**62, 2**62, 2**62), HostileFile),
        (lambda d: with_shape(d, 2000, 2000, 2000), HostileFile),
        (lambda d: with_shape(d, -1, 65, 9), NonconformingHeader),
        (lambda d: with_shape(d, 60, 65, 9), GeometryError),
        (lambda d: d[:11] + b"\x7f" + d[12:], UnreadableFile),
        (lambda d: d.replace(b"<i2", b"|O2"), NonconformingHeader),
        (lambda d: d.replace(b"<i2", b"<f8"), NonconformingHeader),
        (lambda d: d + b"more", UnreadableFile),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, change, error):
    path = tmp_path / "a.b2nd"
    b2nd.write(volume(), path)
    path.write_bytes(change(path.read_bytes()))
    tracemalloc.start()
    with pytest.raises(error):
        b2nd.read_volumes(path)
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"affine": np.zeros((4, 4)).tolist()}, GeometryError),
        ({"affine": "one"}, NonconformingHeader),
        ({"unit": "HU"}, NonconformingHeader),
        ({"affine": AFFINE.tolist(), "labels": {"one": "liver"}}, NonconformingHeader),
        ("text", NonconformingHeader),
    ],
)
def test_a_geometry_that_cannot_be_is_refused(tmp_path, told, error):
    stored = blosc2.asarray(volume().array, urlpath=str(tmp_path / "a.b2nd"))
    stored.schunk.vlmeta["scan2train"] = told
    with pytest.raises(error):
        b2nd.read_volumes(tmp_path / "a.b2nd")


def test_a_bomb_beside_the_array_is_refused(tmp_path):
    b2nd.write(volume(), tmp_path / "a.b2nd")
    data = (tmp_path / "a.b2nd").read_bytes()
    assert 0 < examine(data, tmp_path).beside < 1000
    # The one value of variable length: a chunk that says how long it is decoded, before how long it is stored.
    at = data.rindex(b"\xc6\x00\x00") + 5 + 4
    bomb = data[:at] + struct.pack("<I", 2**31 - 1) + data[at + 4 :]
    (tmp_path / "a.b2nd").write_bytes(bomb)
    with pytest.raises(HostileFile):
        b2nd.read_volumes(tmp_path / "a.b2nd")


def test_a_mask_that_does_not_fit_is_refused(tmp_path):
    stored = blosc2.asarray(volume().array, urlpath=str(tmp_path / "a.b2nd"))
    stored.schunk.vlmeta["scan2train"] = {"affine": AFFINE.tolist()}
    stored.schunk.vlmeta["valid"] = b"\x01"
    with pytest.raises(NonconformingHeader):
        b2nd.read_volumes(tmp_path / "a.b2nd")
