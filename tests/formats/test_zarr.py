import json
import mmap
import shutil
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import zarr as peer
from zarr.codecs import BloscCodec, BytesCodec, GzipCodec, TransposeCodec, ZstdCodec

from scan2train.errors import (
    DecoderMissing,
    GeometryError,
    HostileFile,
    NonconformingHeader,
    NotAnImage,
    Scan2TrainError,
    UnreadableFile,
    WrongUse,
)
from scan2train.formats import zarr, zarr_chunks
from scan2train.formats.crc32c import crc32c
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.preparing.naming import name_cases
from scan2train.read import read
from scan2train.volume import Labels, Volume
from scan2train.write import convert, write
from volumes_in_chunks import AFFINE, DTYPES, GRID, SHAPE, VALUES, volume


def tree(folder):
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def of_earlier_versions(one, folder):
    """A folder as it was written before there were shards: arrays ``image`` and ``valid``, i first, a file a chunk."""
    told = {"shape": SHAPE, "affine": AFFINE.tolist(), "space": "RAS+ mm, index to voxel centre"}
    told |= {"physical": True, "unit": one.unit, "axes": ["i", "j", "k"]}
    group = peer.create_group(folder, attributes={"scan2train": told})
    for name, array in (("image", one.array), ("valid", one.valid)):
        if array is not None:
            zipped = BloscCodec(cname="zstd", clevel=1, shuffle="shuffle")
            group.create_array(
                name, data=array, chunks=(64, 64, 9), compressors=zipped, dimension_names=tuple("ijk")
            )


def edited(folder, name, **changes):
    path = folder / name / "zarr.json" if name else folder / "zarr.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize("dtype", DTYPES)
def test_written_and_read_again(tmp_path, dtype):
    one = volume(dtype, valid=VALUES % 3 > 0)
    zarr.write(one, tmp_path / "a.zarr")
    (again,) = zarr.read_volumes(tmp_path / "a.zarr")
    assert again.array.dtype == one.array.dtype
    assert np.array_equal(again.array, one.array)
    assert np.array_equal(again.valid, one.valid)
    assert again.grid == one.grid
    assert (again.unit, again.findings) == ("HU", ())


def test_labels_channels_and_pixel_grids_written_and_read_again(tmp_path):
    labels = Labels(array=VALUES % 5, grid=GRID, names={1: "liver", 4: "Gefäß"})
    zarr.write(labels, tmp_path / "l.zarr")
    again = read(tmp_path / "l.zarr", as_labels=True)
    assert again.names == labels.names
    assert np.array_equal(again.array, labels.array)
    colour = Volume(
        array=np.stack([VALUES % 200] * 3, 3).astype("u1"), grid=Grid(SHAPE, np.eye(4), physical=False)
    )
    zarr.write(colour, tmp_path / "c.zarr")
    (again,) = zarr.read_volumes(tmp_path / "c.zarr")
    assert np.array_equal(again.array, colour.array)
    assert again.grid == colour.grid


def test_zarr_itself_reads_what_is_written(tmp_path):
    one = volume("f4", valid=VALUES % 3 > 0)
    write(one, tmp_path / "a.zarr")
    group = peer.open(tmp_path / "a.zarr", mode="r")
    assert np.array_equal(group["0"][:], one.array.T)
    assert np.array_equal(group["valid"][:], one.valid.T)
    assert np.array_equal(group.attrs["scan2train"]["affine"], AFFINE)
    assert group.attrs["scan2train"]["unit"] == "HU"
    assert group["0"].chunks == (9, 32, 32)
    assert group["0"].shards == (9, 96, 96)
    assert group["0"].metadata.dimension_names == ("z", "y", "x")


def test_what_earlier_versions_wrote_is_read_as_ever(tmp_path):
    one = volume("f4", valid=VALUES % 3 > 0)
    of_earlier_versions(one, tmp_path / "a.zarr")
    (again,) = zarr.read_volumes(tmp_path / "a.zarr")
    assert np.array_equal(again.array, one.array)
    assert np.array_equal(again.valid, one.valid)
    assert (again.grid, again.unit, again.findings) == (one.grid, "HU", ())


def test_viewers_are_told_axes_spacing_place_and_names(tmp_path):
    affine = np.array([[-0.5, 0, 0, 30], [0, -0.75, 0, 40.5], [0, 0, 2, -100], [0, 0, 0, 1]])
    labels = Labels(array=VALUES % 5, grid=Grid(SHAPE, affine), names={1: "liver", 4: "Gefäß"})
    write(labels, tmp_path / "a.zarr")
    told = peer.open_group(tmp_path / "a.zarr", mode="r").attrs["ome"]
    (scales,) = told["multiscales"]
    assert told["version"] == "0.5"
    assert scales["axes"] == [{"name": n, "type": "space", "unit": "millimeter"} for n in "zyx"]
    assert scales["datasets"] == [
        {
            "path": "0",
            "coordinateTransformations": [
                {"type": "scale", "scale": [2, 0.75, 0.5]},
                # i runs to the left and j to the back: in LPS the first voxel lies at (-30, -40.5, -100).
                {"type": "translation", "translation": [-100, -40.5, -30]},
            ],
        }
    ]
    assert told["image-label"]["properties"][1] == {"label-value": 4, "name": "Gefäß"}


def test_channels_and_points_come_before_z(tmp_path):
    series = np.stack([VALUES, VALUES + 1], axis=3).astype("f4")
    one = Volume(array=series, grid=GRID, meta={"dimension": "time", "dimension_values": (0, 1)})
    for meta, kind in ((one.meta, "time"), ({}, "channel")):
        write(one.replace(meta=meta), tmp_path / "a.zarr")
        group = peer.open_group(tmp_path / "a.zarr", mode="r")
        assert [axis["type"] for axis in group.attrs["ome"]["multiscales"][0]["axes"]] == [
            kind,
            *["space"] * 3,
        ]
        assert np.array_equal(group["0"][1], series[..., 1].T)
        (again,) = zarr.read_volumes(tmp_path / "a.zarr")
        assert np.array_equal(again.array, series)


@pytest.mark.parametrize("where", ["start", "end"])
def test_shards_of_other_writers_are_read_and_chunks_never_written_hold_the_fill_value(tmp_path, where):
    values = np.zeros((70, 65, 9), "i2")
    values[:10, :10] = 3
    config = {"shape": (40, 40, 9), "index_location": where}
    peer.create_array(tmp_path / "a.zarr", data=values, chunks=(10, 20, 9), shards=config, fill_value=0)
    (again,) = zarr.read_volumes(tmp_path / "a.zarr")
    assert np.array_equal(again.array, values)


def test_the_same_volume_gives_the_same_bytes_and_replaces_what_was_there(tmp_path):
    one = volume(valid=VALUES > 40)
    write(one, tmp_path / "a.zarr")
    first = tree(tmp_path)
    write(volume("f8", valid=VALUES > 40), tmp_path / "a.zarr")
    assert tree(tmp_path) != first
    write(one.replace(array=np.asfortranarray(one.array)), tmp_path / "a.zarr")
    assert tree(tmp_path) == first


def test_what_breaks_half_way_leaves_the_old_folder(tmp_path, monkeypatch):
    write(volume(), tmp_path / "a.zarr")
    before = tree(tmp_path)
    monkeypatch.setattr("scan2train.formats.zarr_write._metadata", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(volume("f8"), tmp_path / "a.zarr")
    assert tree(tmp_path) == before


def test_a_folder_of_another_kind_is_never_replaced(tmp_path):
    (tmp_path / "a.zarr").mkdir()
    (tmp_path / "a.zarr" / "thesis.txt").write_text("all of it")
    with pytest.raises(WrongUse):
        write(volume(), tmp_path / "a.zarr")
    assert (tmp_path / "a.zarr" / "thesis.txt").read_text() == "all of it"


def test_convert_never_writes_over_its_source(tmp_path):
    write(volume(), tmp_path / "a.zarr")
    before = tree(tmp_path)
    for source in (tmp_path / "a.zarr", tmp_path / "a.zarr" / "zarr.json"):
        with pytest.raises(WrongUse):
            convert(source, tmp_path / "a.zarr")
    assert tree(tmp_path) == before


def test_a_folder_is_one_image_of_an_index_and_hides_nothing(tmp_path):
    write(volume(), tmp_path / "case1.zarr")
    write(Labels(array=VALUES % 2, grid=GRID), tmp_path / "case1_seg.zarr")
    (tmp_path / "case1.zarr" / "notes").mkdir()
    write(volume(), tmp_path / "case1.zarr" / "notes" / "b.nii.gz")
    found = index(tmp_path, cache=False)
    rows = {row["path"]: row["role"] for row in found.volumes.to_dicts()}
    assert rows == {
        "case1.zarr/zarr.json": "volume",
        "case1_seg.zarr/zarr.json": "labels",
        "case1.zarr/notes/b.nii.gz": "volume",
    }
    assert found.skipped.height == 0


CODECS = {
    "none": {"compressors": None},
    "gzip": {"compressors": GzipCodec()},
    "zstd": {"compressors": ZstdCodec(level=3)},
    "lz4": {"compressors": BloscCodec(cname="lz4")},
    "twice": {"compressors": [ZstdCodec(), GzipCodec()]},
    "transposed": {"filters": [TransposeCodec(order=(2, 0, 1))]},
    "big": {"serializer": BytesCodec(endian="big")},
}


@pytest.mark.parametrize("how", CODECS)
@pytest.mark.parametrize("separator", "./")
def test_arrays_of_other_writers_lie_on_a_pixel_grid(tmp_path, how, separator):
    one = volume("f4")
    peer.create_array(
        tmp_path / "a.zarr",
        data=one.array,
        chunks=(33, 20, 4),
        chunk_key_encoding={"name": "default", "separator": separator},
        **CODECS[how],
    )
    (again,) = zarr.read_volumes(tmp_path / "a.zarr")
    assert np.array_equal(again.array, one.array)
    assert not again.grid.physical
    assert [finding.code for finding in again.findings] == ["GEO001"]


def test_axes_are_brought_in_order_by_their_names(tmp_path):
    one = volume().array
    peer.create_array(tmp_path / "zyx.zarr", data=one.T, dimension_names=("z", "y", "x"))
    assert np.array_equal(read(tmp_path / "zyx.zarr").array, one)
    series = np.stack([one, one + 1], axis=0).transpose(0, 3, 2, 1)
    peer.create_array(tmp_path / "tzyx.zarr", data=series, dimension_names=("t", "z", "y", "x"))
    first, second = zarr.read_volumes(tmp_path / "tzyx.zarr")
    assert np.array_equal(first.array, one)
    assert np.array_equal(second.array, one + 1)
    assert (second.meta["dimension"], second.meta["dimension_value"]) == ("time", 1)
    peer.create_array(tmp_path / "yx.zarr", data=one[:, :, 3].T, dimension_names=("y", "x"))
    assert np.array_equal(read(tmp_path / "yx.zarr").array, one[:, :, 3:4])


def test_an_ome_image_is_read_at_its_full_resolution(tmp_path):
    one = volume().array
    group = peer.create_group(tmp_path / "a.zarr")
    axes = [{"name": name, "type": "space"} for name in "tczyx"]
    scales = {"axes": axes, "datasets": [{"path": "s0"}, {"path": "s1"}]}
    group.attrs["ome"] = {"version": "0.5", "multiscales": [scales]}
    group.create_array("s0", data=one.T[None, None])
    group.create_array("s1", data=one.T[None, None, ::2, ::2, ::2])
    (again,) = zarr.read_volumes(tmp_path / "a.zarr")
    assert np.array_equal(again.array, one)
    assert index(tmp_path, cache=False).volumes.height == 1


def test_chunks_that_were_never_written_hold_the_fill_value_and_are_told(tmp_path):
    values = np.zeros(SHAPE, "i2")
    values[:10] = 3
    peer.create_array(tmp_path / "a.zarr", data=values, chunks=(10, 65, 9), fill_value=0)
    (again,) = zarr.read_volumes(tmp_path / "a.zarr")
    assert np.array_equal(again.array, values)
    assert [finding.code for finding in again.findings] == ["GEO001", "FIL005"]


@pytest.mark.parametrize("fill", [0, 5])
def test_what_is_blank_takes_no_memory_and_what_is_not_must_be_in_the_files(tmp_path, fill, monkeypatch):
    shape, chunk = (1024, 1024, 256), (64, 1024, 256)
    array = peer.create_array(tmp_path / "a.zarr", shape=shape, chunks=chunk, dtype="u1", fill_value=fill)
    noise = np.random.default_rng(0).integers(1, 255, (10, 200, 56), dtype="u1")
    array[200:210, 500:700, 200:] = noise
    monkeypatch.setattr(zarr_chunks, "MOST_FILLED", 1000)
    if fill:
        with pytest.raises(HostileFile, match="swell"):
            zarr.read_volumes(tmp_path / "a.zarr")
        return
    before = touched()
    (again,) = zarr.read_volumes(tmp_path / "a.zarr")
    assert touched() - before < 64 << 20
    assert np.array_equal(again.array[200:210, 500:700, 200:], noise)
    assert np.count_nonzero(again.array) == noise.size
    array[:] = 7
    with pytest.raises(HostileFile, match="swell"):
        zarr.read_volumes(tmp_path / "a.zarr")


def touched():
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


CHUNK, SHARD = "image/c/0/0/0", "0/c/0/0/0"
BLOSC = json.loads('{"name": "blosc", "configuration": {}}')
LITTLE = json.loads('{"name": "bytes", "configuration": {"endian": "little"}}')


def remove_shard(folder):
    (folder / SHARD).unlink()


def cut_shard(folder):
    (folder / SHARD).write_bytes((folder / SHARD).read_bytes()[:-5])


def empty_shard(folder):
    (folder / SHARD).write_bytes(b"")


def index_points_outside(folder):
    data = bytearray((folder / SHARD).read_bytes())
    data[-68:-4] = struct.pack("<8Q", *(2**63, 2**63) * 4)
    data[-4:] = struct.pack("<I", crc32c(bytes(data[-68:-4])))
    (folder / SHARD).write_bytes(data)


def index_is_damaged(folder):
    data = bytearray((folder / SHARD).read_bytes())
    data[-60] ^= 1
    (folder / SHARD).write_bytes(data)


def sharding(**changes):
    def fault(folder):
        path = folder / "0" / "zarr.json"
        found = json.loads(path.read_text())
        found["codecs"][0]["configuration"] |= changes
        path.write_text(json.dumps(found))

    return fault


def shards_in_shards(folder):
    path = folder / "0" / "zarr.json"
    found = json.loads(path.read_text())
    found["codecs"][0]["configuration"]["codecs"] = json.loads(json.dumps(found["codecs"]))
    path.write_text(json.dumps(found))


def regular(*chunk):
    return {"name": "regular", "configuration": {"chunk_shape": chunk}}


def ome(path):
    scales = [{"axes": [{"name": name} for name in "zyx"], "datasets": [{"path": path}]}]
    return {"attributes": {"ome": {"multiscales": scales}}}


def attributes(**changes):
    told = {"affine": AFFINE.tolist(), "space": "RAS+ mm, index to voxel centre", "unit": "HU", **changes}
    return {"attributes": {"scan2train": told}}


def axes(order):
    return attributes(axes=list(order))["attributes"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (remove_shard, UnreadableFile),
        (cut_shard, UnreadableFile),
        (empty_shard, UnreadableFile),
        (index_points_outside, UnreadableFile),
        (index_is_damaged, UnreadableFile),
        (shards_in_shards, DecoderMissing),
        (sharding(chunk_shape=[9, 50, 64]), NonconformingHeader),
        (sharding(chunk_shape=[9, 0, 64]), NonconformingHeader),
        (sharding(index_location="middle"), NonconformingHeader),
        (sharding(index_codecs=[]), NonconformingHeader),
        (sharding(index_codecs=[LITTLE, {"name": "zstd"}]), NonconformingHeader),
        (sharding(codecs=[]), NonconformingHeader),
        (lambda f: edited(f, "0", chunk_grid=regular(9, 2**24, 2**24)), HostileFile),
        (lambda f: edited(f, "0", shape=[9, 2**20, 2**20]), HostileFile),
        (
            lambda f: edited(f, "", attributes={**ome("0")["attributes"], **axes("kij")}),
            NonconformingHeader,
        ),
    ],
)
def test_shards_that_cannot_be_are_refused(tmp_path, fault, error):
    folder = tmp_path / "a.zarr"
    zarr.write(volume(), folder)
    fault(folder)
    tracemalloc.start()
    with pytest.raises(error):
        zarr.read_volumes(folder)
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()


def remove_chunk(folder):
    (folder / CHUNK).unlink()


def cut_chunk(folder):
    (folder / CHUNK).write_bytes((folder / CHUNK).read_bytes()[:-40])


def swap_chunk(folder):
    shutil.copy(folder / "valid/c/0/0/0", folder / CHUNK)


def link_out(folder):
    outside = folder.parent / "secret"
    outside.write_bytes((folder / CHUNK).read_bytes())
    (folder / CHUNK).unlink()
    (folder / CHUNK).symlink_to(outside)


def link_array_out(folder):
    shutil.move(folder / "image", folder.parent / "elsewhere")
    (folder / "image").symlink_to(folder.parent / "elsewhere")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (remove_chunk, UnreadableFile),
        (cut_chunk, UnreadableFile),
        (swap_chunk, UnreadableFile),
        (link_out, HostileFile),
        (link_array_out, HostileFile),
        (lambda f: edited(f, "image", shape=[10**6] * 3), HostileFile),
        (lambda f: edited(f, "image", shape=[3000, 3000, 2000], chunk_grid=regular(64, 64, 9)), HostileFile),
        (lambda f: edited(f, "image", chunk_grid=regular(2**20, 2**20, 1)), HostileFile),
        (lambda f: edited(f, "image", chunk_grid=regular(1024, 1024, 512)), HostileFile),
        (lambda f: edited(f, "image", shape=[10**30, 2, 2]), HostileFile),
        (lambda f: edited(f, "image", shape=[-3, 65, 9]), NonconformingHeader),
        (lambda f: edited(f, "image", shape=[70, 65]), NonconformingHeader),
        (lambda f: edited(f, "image", shape=[True, 65, 9]), NonconformingHeader),
        (lambda f: edited(f, "image", shape=None), NonconformingHeader),
        (lambda f: edited(f, "image", data_type="complex64"), NonconformingHeader),
        (lambda f: edited(f, "image", data_type={"name": "int16"}), NonconformingHeader),
        (lambda f: edited(f, "image", codecs=[LITTLE, {"name": "pickle"}]), DecoderMissing),
        (lambda f: edited(f, "image", codecs=[BLOSC]), DecoderMissing),
        (lambda f: edited(f, "image", codecs=[]), NonconformingHeader),
        (lambda f: edited(f, "image", fill_value={}), NonconformingHeader),
        (
            lambda f: edited(
                f,
                "image",
                chunk_key_encoding={"name": "default", "configuration": {"separator": "/../"}},
            ),
            NonconformingHeader,
        ),
        (lambda f: edited(f, "image", zarr_format=2), NonconformingHeader),
        (lambda f: (f / "image" / "zarr.json").write_text("[" * 100_000), HostileFile),
        (lambda f: (f / "image" / "zarr.json").write_text("{]"), UnreadableFile),
        (lambda f: edited(f, "", **ome("../../etc")), NonconformingHeader),
        (lambda f: edited(f, "", **ome("/etc")), NonconformingHeader),
        (lambda f: edited(f, "", **ome(["image"])), NonconformingHeader),
        (lambda f: edited(f, "", attributes={}), NotAnImage),
        (lambda f: edited(f, "", **attributes(affine=np.zeros((4, 4)).tolist())), GeometryError),
        (lambda f: edited(f, "", **attributes(affine="one")), NonconformingHeader),
        (lambda f: edited(f, "", **attributes(space="LPS")), NonconformingHeader),
        (lambda f: edited(f, "", **attributes(labels={"one": "liver"})), NonconformingHeader),
        (lambda f: edited(f, "", **attributes(labels=[1])), NonconformingHeader),
        (lambda f: edited(f, "valid", shape=[70, 65, 8]), NonconformingHeader),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, fault, error):
    folder = tmp_path / "a.zarr"
    of_earlier_versions(volume(valid=VALUES > 9), folder)
    fault(folder)
    tracemalloc.start()
    with pytest.raises(error):
        zarr.read_volumes(folder)
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()
    with pytest.raises(Scan2TrainError):
        read(folder)


@pytest.mark.parametrize("codec", [ZstdCodec(), GzipCodec()])
def test_a_bomb_in_a_chunk_is_refused(tmp_path, codec):
    peer.create_array(
        tmp_path / "a.zarr", data=np.ones((4096, 4096, 8), "u1"), chunks="auto", compressors=codec
    )
    (tmp_path / "b.zarr").mkdir()
    peer.create_array(
        tmp_path / "b.zarr", data=np.ones((64, 64, 8), "u1"), chunks=(64, 64, 8), compressors=codec
    )
    large = next(one for one in (tmp_path / "a.zarr" / "c").rglob("*") if one.is_file())
    shutil.copy(large, tmp_path / "b.zarr" / "c" / "0" / "0" / "0")
    tracemalloc.start()
    with pytest.raises(UnreadableFile):
        zarr.read_volumes(tmp_path / "b.zarr")
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_cases_are_named_and_masks_found_by_the_folders_name(tmp_path):
    write(volume(), tmp_path / "case1.zarr")
    write(volume("u1"), tmp_path / "case2.b2nd")
    write(Labels(array=VALUES % 2, grid=GRID), tmp_path / "case1_seg.zarr")
    rows = index(tmp_path, cache=False).volumes.to_dicts()
    assert name_cases(rows) == ["case2", "case1", "case1_seg"]
