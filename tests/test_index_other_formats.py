"""Files of other formats than DICOM in an index: their ids, the cache, and readers that break."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from scan2train.formats.registry import by_format
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.volume import Volume
from scan2train.write import write


def put(array: np.ndarray[Any, Any], path: Path) -> None:
    write(Volume(array=array, grid=Grid(array.shape, np.diag([1, 2, 3, 1]))), path)


def test_a_file_that_breaks_its_reader_is_skipped_and_the_rest_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    array = np.zeros((5, 4, 3), dtype=np.int16)
    for name in ("a.nii", "b.mha"):
        put(array, tmp_path / name)

    def broken(path: Path) -> None:
        raise ZeroDivisionError(str(path))

    monkeypatch.setattr(by_format("nifti"), "read_header", broken)
    found = index(tmp_path, cache=False)
    skipped = found.skipped.filter(pl.col("code") == "FIL001")
    assert skipped["message"].to_list() == ["cannot be read: ZeroDivisionError"]
    assert found.volumes["format"].to_list() == ["metaimage"]


def test_images_that_differ_in_their_middle_alone_have_ids_of_their_own(tmp_path: Path) -> None:
    shape = (150, 140, 90)
    values = np.zeros(shape, dtype=np.int16)
    for name, value in (("a", 3), ("b", 4)):
        values[70:80, 60:70, 40:50] = value
        put(values.copy(), tmp_path / f"{name}.nii")
    shutil.copy(tmp_path / "a.nii", tmp_path / "c.nii")
    a, b, c = index(tmp_path, cache=False).instances["content_id"].to_list()
    assert a != b
    assert a == c


def test_files_of_voxels_are_named_relative_to_the_source(tmp_path: Path) -> None:
    array = np.zeros((5, 4, 3), dtype=np.int16)
    (tmp_path / "below").mkdir()
    put(array, tmp_path / "a.nii")
    header = "NDims = 3\nDimSize = 5 4 3\nElementType = MET_UCHAR\nElementDataFile = {}\n"
    (tmp_path / "below" / "b.mhd").write_text(header.format("deep/b.raw"))
    (tmp_path / "c.mhd").write_text(header.format("c.raw"))
    (tmp_path / "below" / "deep").mkdir()
    for name in ("c.raw", "below/deep/b.raw"):
        (tmp_path / name).write_bytes(bytes(60))
    link = tmp_path.with_name(f"{tmp_path.name}-link")
    link.symlink_to(tmp_path)
    for source in (tmp_path, link):
        found = index(source, cache=False).instances.select("path", "data_files").rows()
        assert found == [("a.nii", []), ("c.mhd", ["c.raw"]), ("below/b.mhd", ["below/deep/b.raw"])]


def test_a_geometry_that_changes_beside_an_array_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "arrays"
    folder.mkdir()
    array = np.zeros((5, 4, 3), dtype=np.int16)
    put(array, folder / "a.npy")
    assert index(folder).volumes["spacing_k_mm"].to_list() == [3]
    text = (folder / "a.json").read_text()
    (folder / "a.json").write_text(text.replace("3.0", "7.0"))
    assert index(folder).volumes["spacing_k_mm"].to_list() == [7]


def test_a_prepared_set_below_a_source_is_no_source(tmp_path: Path) -> None:
    volume = Volume.from_array(np.arange(60, dtype=np.int16).reshape(3, 4, 5), (1.0, 2.0, 3.0))
    write(volume, tmp_path / "scan.nii")
    ready = tmp_path / "ready"
    (ready / "cases" / "scan").mkdir(parents=True)
    write(volume, ready / "cases" / "scan" / "image.nii")
    for name in ("dataset.json", "journal.jsonl", "recipe.toml"):
        (ready / name).write_text("{}")
    found = index(tmp_path, cache=False)
    assert found.instances["path"].to_list() == ["scan.nii"]
    assert ("ready", "prepared-set") in found.skipped.select("path", "reason").rows()
    assert index(ready, cache=False).instances["path"].to_list() == ["cases/scan/image.nii"]
