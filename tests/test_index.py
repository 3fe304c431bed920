"""The index as a whole: trees, links, formats, the cache, the salt, saving and loading."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

sys.path.insert(0, str(Path(__file__).parent / "kernels"))

from dicom_bytes import element, image, sequence

from scan2train import index as index_by_name
from scan2train.errors import NoImages, UnreadableFile, WrongUse
from scan2train.formats.registry import by_format
from scan2train.grid import Grid
from scan2train.index import Index, index
from scan2train.indexing.run import index_source
from scan2train.tables import FRAMES, INSTANCES, SKIPPED, VOLUMES
from scan2train.volume import Volume

TABLES = {"instances": INSTANCES, "frames": FRAMES, "volumes": VOLUMES, "skipped": SKIPPED}


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Three slices in folders, a NIfTI file between them, and things that are no images."""
    root = tmp_path / "scans"
    (root / "b" / "deep").mkdir(parents=True)
    (root / "a").mkdir()
    for at, path in enumerate(("a/2.dcm", "b/deep/0", "c.ima")):
        series = element(0x00200013, "IS", str(at)) + element(0x00200032, "DS", f"0\\0\\{at * 2.5}")
        series += element(0x00200037, "DS", "1\\0\\0\\0\\1\\0")
        uid = element(0x00080018, "UI", f"1.2.3.{at}")
        (root / path).write_bytes(image(series=series).replace(element(0x00080018, "UI", "1.2.3.4"), uid))
    grid = Grid.from_axes((3, 4, 5), spacing_mm=(0.5, 0.75, 2.0))
    by_format("nifti").write(
        Volume(array=np.zeros((3, 4, 5), np.int16), grid=grid), root / "b" / "brain.nii.gz"
    )
    (root / "b" / "notes.txt").write_text("not an image")
    (root / "b" / "empty.dcm").touch()
    return root


def test_all_tables_have_their_declared_columns(scans: Path):
    found = index(scans, cache=False)
    for name, table in TABLES.items():
        assert dict(getattr(found, name).schema) == table.schema


def test_images_are_told_by_content_and_a_folders_files_come_before_its_folders(scans: Path):
    found = index(scans, cache=False)
    assert found.instances["path"].to_list() == ["c.ima", "a/2.dcm", "b/brain.nii.gz", "b/deep/0"]
    assert found.instances["format"].to_list() == ["dicom", "dicom", "nifti", "dicom"]
    assert found.instances["source"].unique().to_list() == [str(scans)]
    assert found.volumes["format"].to_list() == ["dicom", "nifti"]
    assert found.volumes["n_slices"].to_list() == [3, 5]


def test_what_is_no_image_is_skipped_with_its_reason(scans: Path):
    found = index(scans, cache=False).skipped.select("path", "reason", "code")
    assert found.rows() == [("b/empty.dcm", "empty-file", "FIL001"), ("b/notes.txt", "not-an-image", None)]


def test_sizes_and_times_are_those_of_the_files(scans: Path):
    for row in index(scans, cache=False).instances.iter_rows(named=True):
        about = (scans / row["path"]).stat()
        assert (row["size"], row["mtime_ns"]) == (about.st_size, about.st_mtime_ns)


def test_the_public_name_is_the_function(scans: Path):
    assert index_by_name(scans, cache=False).instances.height == 4


def test_a_single_file(scans: Path):
    found = index(scans / "c.ima", cache=False)
    assert found.instances.select("source", "path").rows() == [(str(scans), "c.ima")]
    assert found.volumes.height == 1


def test_a_relative_source_and_a_link_to_a_source(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(scans.parent)
    assert index("scans", cache=False).instances["source"][0] == str(scans)
    (tmp_path / "link").symlink_to(scans)
    assert index(tmp_path / "link", cache=False).instances.height == 4


def test_several_sources_come_one_after_the_other(scans: Path):
    found = index(scans / "a", scans / "b", cache=False)
    assert found.instances["path"].to_list() == ["2.dcm", "brain.nii.gz", "deep/0"]


def test_a_source_without_images_says_so(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoImages) as caught:
        index(tmp_path / "empty", cache=False)
    assert caught.value.exit_code == 2
    assert caught.value.found == "no file at all"
    (tmp_path / "empty" / "notes.txt").write_text("nothing")
    with pytest.raises(NoImages, match=r"1 other file \(1 "):
        index(tmp_path / "empty", cache=False)


def test_wrong_calls_are_refused(tmp_path: Path):
    with pytest.raises(WrongUse):
        index()
    with pytest.raises(WrongUse):
        index(tmp_path / "nowhere")
    with pytest.raises(WrongUse):
        index(tmp_path, jobs=0)
    (tmp_path / "short").write_bytes(b"short")
    with pytest.raises(WrongUse):
        index(tmp_path, salt=tmp_path / "short")


def test_links_out_of_the_source_are_not_followed(scans: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.copy(scans / "c.ima", outside / "secret.dcm")
    (scans / "out").symlink_to(outside)
    (scans / "file.dcm").symlink_to(outside / "secret.dcm")
    (scans / "gone.dcm").symlink_to(outside / "not-there")
    (scans / "within.dcm").symlink_to(scans / "c.ima")
    (scans / "a" / "up").symlink_to(scans)
    found = index(scans, cache=False)
    assert found.instances.height == 4
    links = found.skipped.filter(pl.col("reason") == "link")["path"].to_list()
    assert sorted(links) == ["file.dcm", "gone.dcm", "out"]


def test_pipes_and_sockets_are_never_opened(scans: Path, monkeypatch: pytest.MonkeyPatch):
    os.mkfifo(scans / "pipe.dcm")
    monkeypatch.chdir(scans)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket.dcm")
        found = index(scans, cache=False)
    odd = found.skipped.filter(pl.col("reason") == "not-a-regular-file")["path"].to_list()
    assert odd == ["pipe.dcm", "socket.dcm"]


def test_a_name_that_is_not_utf8_is_named_as_far_as_it_goes(scans: Path):
    (scans / os.fsdecode(b"\xff\xfe.dcm")).write_bytes(image())
    found = index(scans, cache=False)
    assert found.skipped.filter(pl.col("reason") == "name-not-text").height == 1
    (scans / "Brüste 乳.dcm").write_bytes(image())
    assert "Brüste 乳.dcm" in index(scans, cache=False).instances["path"].to_list()


def test_what_cannot_be_opened_is_skipped_and_says_why(scans: Path, monkeypatch: pytest.MonkeyPatch):
    from scan2train.formats.dicom import header

    monkeypatch.setattr(header, "OPEN_FLAGS", os.O_RDONLY | os.O_DIRECTORY)
    with pytest.raises(NoImages):
        index(scans / "a", cache=False)
    skipped = index_source(scans / "a", jobs=1, cache=False, salt=bytes(32), progress=None)["skipped"]
    assert skipped.select("path", "reason", "code").rows() == [("2.dcm", "unreadable", "FIL001")]
    assert os.strerror(errno.ENOTDIR) in skipped["message"][0]


def test_threads_do_not_change_the_tables(tmp_path: Path):
    for at in range(70):
        content = image(
            element(0x0008103E, "LO", f"series {at % 7}"), series=element(0x00200013, "IS", str(at))
        )
        (tmp_path / f"{at:03d}").write_bytes(content if at % 5 else content[:300])
    one, four = index(tmp_path, cache=False, jobs=1), index(tmp_path, cache=False, jobs=4)
    for name in TABLES:
        assert_frame_equal(getattr(one, name), getattr(four, name))
    assert one.instances.height == 56


def test_progress_counts_every_file_once(scans: Path):
    seen: list[tuple[int, int]] = []
    for cache in (False, True, True):
        seen.clear()
        index(scans, cache=cache, progress=lambda done, total: seen.append((done, total)))
        assert seen[-1] == (6, 6)
        assert [done for done, _ in seen] == sorted(done for done, _ in seen)


# The cache


def test_without_cache_nothing_is_left_behind(scans: Path, tmp_path: Path):
    index(scans, cache=False)
    assert not (tmp_path / "cache").exists()


def test_a_second_run_gives_the_same_tables_and_reads_no_header(scans: Path, monkeypatch: pytest.MonkeyPatch):
    first = index(scans)
    read = _spy(monkeypatch)
    second = index(scans)
    assert read == []
    for name in TABLES:
        assert_frame_equal(getattr(first, name), getattr(second, name))


def test_only_what_changed_is_read_again(scans: Path, monkeypatch: pytest.MonkeyPatch):
    index(scans)
    read = _spy(monkeypatch)
    (scans / "a" / "2.dcm").write_bytes(
        image(element(0x00180050, "DS", "7.5"), series=element(0x00200013, "IS", "0"))
    )
    (scans / "b" / "deep" / "0").unlink()
    (scans / "b" / "deep" / "1").write_bytes(image(element(0x00180050, "DS", "3.5")))
    changed = index(scans)
    assert sorted(read) == ["1", "2.dcm"]
    plain = index(scans, cache=False)
    for name in TABLES:
        assert_frame_equal(getattr(changed, name), getattr(plain, name))


def test_frames_stay_with_their_instances_through_the_cache(tmp_path: Path):
    root = tmp_path / "enhanced"
    root.mkdir()
    for at, name in enumerate("abc"):
        (root / name).write_bytes(enhanced(at + 2, float(at)))
    index(root)
    (root / "b").unlink()
    (root / "a0").write_bytes(enhanced(5, 9.0))
    found, plain = index(root), index(root, cache=False)
    assert_frame_equal(found.frames, plain.frames)
    assert found.frames["position_z"].to_list() == [0, 1, 9, 10, 11, 12, 13, 2, 3, 4, 5]


def test_a_damaged_cache_is_read_over_and_rewritten(scans: Path, tmp_path: Path):
    first = index(scans)
    tables = list((tmp_path / "cache").rglob("*.parquet"))
    assert len(tables) == 4
    for damage in (b"", b"PAR1garbagePAR1", None):
        for table in tables:
            table.write_bytes(table.read_bytes()[:-50] if damage is None else damage)
        assert_frame_equal(index(scans).instances, first.instances)
        assert pl.read_parquet(tables[0]).height >= 0


def test_a_cache_that_cannot_be_written_is_no_matter(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert index(scans).instances.height == 4


def test_no_patient_is_named_in_the_cache(tmp_path: Path):
    root = tmp_path / "one"
    root.mkdir()
    early = element(0x00100010, "PN", "Doe^Jane") + element(0x00100020, "LO", "PATIENT-77")
    (root / "x").write_bytes(image(early + element(0x00100030, "DA", "19700203")))
    index(root)
    content = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*.parquet"))
    assert not [word for word in (b"Doe", b"PATIENT", b"19700203") if word in content]


# The salt


def test_the_users_salt_is_made_once_and_kept_to_the_user(scans: Path, tmp_path: Path):
    index(scans, cache=False)
    salt = next((tmp_path / "config").rglob("salt"))
    made = salt.read_bytes()
    assert len(made) == 32
    assert salt.stat().st_mode & 0o077 == 0
    index(scans, cache=False)
    assert salt.read_bytes() == made


def test_hashes_depend_on_the_salt_and_on_nothing_else(tmp_path: Path):
    root = tmp_path / "one"
    root.mkdir()
    (root / "x").write_bytes(image(element(0x00100020, "LO", "P7")))
    (root / "y").write_bytes(image(element(0x00100020, "LO", "P8")))
    for name in ("one.salt", "two.salt"):
        (tmp_path / name).write_bytes(name.encode() * 4)
    one, two = (
        index(root, salt=tmp_path / name).instances["patient"].to_list() for name in ("one.salt", "two.salt")
    )
    assert len({*one, *two}) == 4
    assert index(root, salt=tmp_path / "one.salt").instances["patient"].to_list() == one


# Saving


def test_a_saved_index_is_a_source(scans: Path, tmp_path: Path):
    found = index(scans, cache=False)
    folder = found.save(tmp_path / "saved")
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.parquet" for name in TABLES)
    for loaded in (Index.load(folder), index(folder)):
        for name in TABLES:
            assert_frame_equal(getattr(loaded, name), getattr(found, name))


def test_a_saved_index_that_is_damaged_says_so(scans: Path, tmp_path: Path):
    folder = index(scans, cache=False).save(tmp_path / "saved")
    (folder / "volumes.parquet").write_bytes(b"PAR1 but not for long PAR1")
    with pytest.raises(UnreadableFile):
        Index.load(folder)
    pl.DataFrame({"x": [1]}).write_parquet(folder / "volumes.parquet")
    with pytest.raises(UnreadableFile):
        Index.load(folder)
    (folder / "volumes.parquet").unlink()
    with pytest.raises(UnreadableFile):
        Index.load(folder)


# Enhanced objects


def test_the_per_frame_group_wins_over_the_shared_one(tmp_path: Path):
    (tmp_path / "x").write_bytes(enhanced(3, 10.0))
    found = index(tmp_path, cache=False)
    assert found.frames["frame"].to_list() == [0, 1, 2]
    assert found.frames["instance"].to_list() == [0, 0, 0]
    assert found.frames["position_z"].to_list() == [10, 11, 12]
    assert found.frames["row_spacing_mm"].to_list() == [0.75, 0.75, 9.5]
    assert found.instances["functional_groups"].to_list() == [True]
    assert found.instances["oddities"].to_list() == [["group-shared-and-own:PixelMeasuresSequence"]]


def test_fewer_items_than_frames_are_noted(tmp_path: Path):
    (tmp_path / "x").write_bytes(enhanced(3, 10.0, frames=5))
    found = index(tmp_path, cache=False)
    assert found.frames.height == 3
    assert "frame-items-missing" in found.instances["oddities"][0]


@pytest.mark.parametrize("frames", [1, 2, 4])
def test_more_items_than_frames_are_noted(tmp_path: Path, frames: int):
    (tmp_path / "x").write_bytes(enhanced(5, 10.0, frames=frames))
    found = index(tmp_path, cache=False)
    assert found.frames.height == frames
    assert found.instances["oddities"].to_list() == [["frame-items-surplus"]]


def test_groups_without_items_give_no_frames(tmp_path: Path):
    (tmp_path / "x").write_bytes(enhanced(0, 10.0, frames=2))
    found = index(tmp_path, cache=False)
    assert found.frames.is_empty()
    assert found.instances["oddities"].to_list() == [["frame-items-missing"]]


def enhanced(items: int, z: float, frames: int | None = None) -> bytes:
    """A multi-frame slice stack; the last frame has a spacing of its own."""
    from dicom_bytes import item

    def spacing(text: str) -> bytes:
        return sequence(0x00289110, item(element(0x00280030, "DS", text)))

    groups = []
    for at in range(items):
        position = sequence(0x00209113, item(element(0x00200032, "DS", f"0\\0\\{z + at}"), undefined=True))
        groups.append(
            item(position + (spacing("9.5\\9.5") if at == items - 1 else b""), undefined=at % 2 == 0)
        )
    shared = sequence(0x52009229, item(spacing("0.75\\0.5")))
    n = frames or items
    late = shared + sequence(0x52009230, *groups, undefined=True)
    number = element(0x00280008, "IS", str(n))
    content = image(late=late, pixels=bytes(30 * n))
    return content.replace(
        element(0x00280004, "CS", "MONOCHROME2"), element(0x00280004, "CS", "MONOCHROME2") + number
    )


def _spy(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files whose headers are read from now on."""
    from scan2train.indexing import source

    seen: list[str] = []
    real = source.read_dicom_files

    def spy(root: str, names: list[str], *rest, **options):
        seen.extend(Path(name).name for name in names)
        return real(root, names, *rest, **options)

    monkeypatch.setattr(source, "read_dicom_files", spy)
    return seen
