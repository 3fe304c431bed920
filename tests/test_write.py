import os
import stat
import threading

import numpy as np
import pytest

from scan2train.errors import UnknownName, WrongUse
from scan2train.formats import nifti, voxels_out
from scan2train.formats.registry import suffixes, written
from scan2train.grid import Grid
from scan2train.volume import Volume
from scan2train.write import convert, write

SHAPE = (6, 5, 4)
VOLUME = Volume(
    array=np.arange(120, dtype=np.int16).reshape(SHAPE), grid=Grid(SHAPE, np.diag([-0.7, 0.8, 2.5, 1]))
)
PICTURE = Volume(
    array=np.arange(30, dtype=np.uint8).reshape(6, 5, 1), grid=Grid((6, 5, 1), np.eye(4), physical=False)
)


@pytest.mark.parametrize("suffix", suffixes())
def test_every_suffix_is_written_and_leaves_nothing_else(tmp_path, suffix):
    picture = suffix in {".png", ".tif", ".tiff", ".jpg", ".jpeg"}
    write(PICTURE if picture else VOLUME, tmp_path / f"a{suffix}")
    besides = {".mhd": {"a.raw"}, ".npy": {"a.json"}}.get(suffix, set())
    assert {path.name for path in tmp_path.iterdir()} == {f"a{suffix}"} | besides
    assert set(written(tmp_path / f"a{suffix}")) == set(tmp_path.iterdir())


def test_capital_letters_and_text_for_a_path_will_do(tmp_path):
    write(VOLUME, str(tmp_path / "A.NII.GZ"))
    assert (tmp_path / "A.NII.GZ").read_bytes()[:2] == b"\x1f\x8b"


@pytest.mark.parametrize(
    ("name", "near"),
    [("a.nii.g", ".nii.gz"), ("a.nrd", ".nrrd"), ("a.pgn", ".png"), ("a.xyz", ".nii"), ("a", ".nii")],
)
def test_an_unknown_suffix_names_the_near_ones(tmp_path, name, near):
    with pytest.raises(UnknownName) as caught:
        write(VOLUME, tmp_path / name)
    assert near in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_wrong_use(tmp_path):
    with pytest.raises(WrongUse):
        write(VOLUME, tmp_path / "nowhere" / "a.nii")


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".mha", ".mhd", ".nrrd"])
def test_what_breaks_half_way_leaves_the_old_file(tmp_path, suffix, monkeypatch):
    path = tmp_path / f"a{suffix}"
    write(VOLUME, path)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    whole = voxels_out._bytes
    calls = []

    def breaks(plane, dtype):
        calls.append(plane)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(plane, dtype)

    monkeypatch.setattr(voxels_out, "_bytes", breaks)
    with pytest.raises(KeyboardInterrupt):
        write(VOLUME.replace(array=VOLUME.array + 1), path)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_a_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "a.nii"
    write(VOLUME, path)
    done = threading.Event()

    def rewrite():
        for _ in range(30):
            write(VOLUME, path)
        done.set()

    writer = threading.Thread(target=rewrite)
    writer.start()
    while not done.is_set():
        (again,) = nifti.read_volumes(path)
        assert np.array_equal(again.array, VOLUME.array)
    writer.join()


def test_written_files_have_the_permissions_of_the_user(tmp_path):
    before = os.umask(0o027)
    try:
        write(VOLUME, tmp_path / "a.nii")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.nii").stat().st_mode) == 0o640


@pytest.mark.parametrize("source", [".nii", ".nii.gz", ".mha", ".mhd", ".nrrd", ".npy"])
@pytest.mark.parametrize("target", [".nii.gz", ".mha", ".nrrd", ".npy"])
def test_convert_keeps_values_and_places(tmp_path, source, target):
    (tmp_path / "in").mkdir()
    write(VOLUME, tmp_path / "in" / f"a{source}")
    convert(tmp_path / "in" / f"a{source}", tmp_path / f"b{target}")
    again = convert(tmp_path / f"b{target}", tmp_path / "c.nii")
    assert np.array_equal(again.array, VOLUME.array)
    assert again.grid.distance_in_voxels(VOLUME.grid) < 1e-5


def test_convert_judges_the_suffix_before_it_reads(tmp_path):
    with pytest.raises(UnknownName):
        convert(tmp_path / "not there", tmp_path / "a.xyz")


def linked(tmp_path):
    (tmp_path / "a.nii").symlink_to(tmp_path / "in" / "a.nii")
    return tmp_path / "in" / "a.nii", tmp_path / "a.nii"


def hard_linked(tmp_path):
    os.link(tmp_path / "in" / "a.nii", tmp_path / "a.nii")
    return tmp_path / "in" / "a.nii", tmp_path / "a.nii"


def through_a_linked_folder(tmp_path):
    (tmp_path / "there").symlink_to("in")
    return tmp_path / "there" / "a.nii", tmp_path / "in" / "a.nii"


#: A source, and a target that would replace one of its files; ``in`` holds a volume in every format.
ONES_OWN = {
    "itself": lambda at: (at / "in" / "a.nii", at / "in" / "a.nii"),
    "other-spelling": lambda at: (at / "in" / "a.nii", at / "in" / ".." / "in" / "a.nii"),
    "link": linked,
    "link-the-other-way": lambda at: linked(at)[::-1],
    "hard-link": hard_linked,
    "linked-folder": through_a_linked_folder,
    "its-voxels": lambda at: (at / "in" / "b.mhd", at / "in" / "b.raw.mhd"),
    "voxels-beside": lambda at: (at / "in" / "other.mhd", at / "in" / "b.mhd"),
    "geometry-beside": lambda at: (at / "in" / "c.npy", at / "in" / "c.NPY"),
    "in-the-folder": lambda at: (at / "in", at / "in" / "a.nii"),
    "link-into-the-folder": lambda at: (at / "in", linked(at)[1]),
}


@pytest.mark.parametrize("how", ONES_OWN)
def test_convert_never_writes_over_its_source(tmp_path, how):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.nii", "b.mhd", "c.npy"):
        write(VOLUME, folder / name)
    header = (folder / "b.mhd").read_text()
    (folder / "other.mhd").write_text(header)  # another header of the voxels in b.raw
    source, target = ONES_OWN[how](tmp_path)
    if how == "its-voxels":
        (folder / "b.raw").rename(folder / "b.raw.raw")
        source.write_text(header.replace("b.raw", "b.raw.raw"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(WrongUse, match="replace a file of the source") as caught:
        convert(source, target)
    assert caught.value.exit_code == 2
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_convert_replaces_other_files_as_ever(tmp_path):
    (tmp_path / "in").mkdir()
    write(VOLUME, tmp_path / "in" / "a.mhd")
    for name in ("b.mhd", "b.raw"):
        (tmp_path / "in" / name).write_text("an older result")
    convert(tmp_path / "in" / "a.mhd", tmp_path / "in" / "b.mhd")
    assert np.array_equal(convert(tmp_path / "in" / "b.mhd", tmp_path / "c.nii").array, VOLUME.array)
    convert(tmp_path / "in" / "a.mhd", tmp_path / "c.nii")
