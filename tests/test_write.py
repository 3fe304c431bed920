import os
import stat
import threading

import numpy as np
import pytest

from scan2train.errors import UnknownName, WrongUse
from scan2train.formats import nifti, voxels_out
from scan2train.formats.registry import suffixes
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
