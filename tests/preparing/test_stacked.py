"""All cases of one shape in one array, which never stands beside a table of other cases."""

from __future__ import annotations

import csv
import os
from dataclasses import replace

import numpy as np
import pytest
from hospital import RECIPE, run, write_image, write_labels

from scan2train import verify
from scan2train.errors import WrongUse
from scan2train.preparing import stacked
from scan2train.steps.pad_or_crop import PadOrCrop

FIXED = replace(RECIPE, steps=(*RECIPE.steps, PadOrCrop(shape=(14, 12, 21))))
ARRAYS = ("images.npy", "labels.npy", "valid.npy")


@pytest.fixture
def folder(tmp_path):
    for seed, name in enumerate(("scan_2", "scan_10", "scan_1")):
        write_image(tmp_path / "scans" / f"{name}.nii.gz", (19, 17, 13 + seed), seed=seed)
        write_labels(tmp_path / "scans" / f"{name}_seg.nii.gz", (19, 17, 13 + seed), seed=seed)
    return tmp_path / "scans"


def stack(folder, out, **more):
    return run(folder, out, FIXED, store="npy", stack=True, **more)


def stamps(out):
    return {name: (out / name).stat().st_mtime_ns for name in (*ARRAYS, "cases.csv")}


def test_row_n_of_the_table_is_n_of_the_arrays(folder, tmp_path):
    out = tmp_path / "out"
    stack(folder, out)
    with (out / "cases.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows] == ["scan_1", "scan_2", "scan_10"]
    images, labels, valid = (np.load(out / name, mmap_mode="r") for name in ARRAYS)
    assert images.shape == labels.shape == valid.shape == (3, 14, 12, 21)
    assert images.flags.c_contiguous
    assert images.dtype == np.float32
    for n, row in enumerate(rows):
        for array, part in ((images, "image"), (labels, "labels"), (valid, "valid")):
            one = np.load(out / "cases" / row["case"] / f"{part}.npy")
            np.testing.assert_array_equal(array[n], one)
    assert not valid.all()


def test_nothing_is_written_again_unless_a_case_has_changed(folder, tmp_path):
    out = tmp_path / "out"
    stack(folder, out)
    before = stamps(out)
    stack(folder, out)
    assert stamps(out) == before
    write_image(folder / "scan_2.nii.gz", (19, 17, 13), seed=77)
    stack(folder, out)
    assert all(stamps(out)[name] > before[name] for name in before)
    np.testing.assert_array_equal(np.load(out / "images.npy")[1], np.load(out / "cases/scan_2/image.npy"))


def test_what_is_cut_off_leaves_no_table_and_is_made_up_for(folder, tmp_path, monkeypatch):
    out = tmp_path / "out"
    stack(folder, out)
    whole = {name: (out / name).read_bytes() for name in (*ARRAYS, "cases.csv")}
    os.truncate(out / "cases/scan_2/image.npy", 100)  # that case is made again, and the same
    (out / "labels.npy").unlink()
    settle = stacked.settle

    def full(path, *rest):
        if path.name.endswith("labels.npy"):
            raise OSError(28, "No space left on device", str(path))
        return settle(path, *rest)

    monkeypatch.setattr(stacked, "settle", full)
    with pytest.raises(Exception, match="No space left"):
        stack(folder, out)
    assert not (out / "cases.csv").exists()
    monkeypatch.undo()
    stack(folder, out)
    assert {name: (out / name).read_bytes() for name in whole} == whole
    assert not list(out.glob(".tmp-*"))


def test_shapes_that_differ_and_labels_of_some_are_refused_with_the_cases_kept(folder, tmp_path):
    with pytest.raises(WrongUse, match="several shapes") as refused:
        run(folder, tmp_path / "out", store="npy", stack=True)
    assert "scan_1" in str(refused.value)
    assert "scan_2" in str(refused.value)
    assert (tmp_path / "out/cases/scan_10/image.npy").is_file()
    (folder / "scan_10_seg.nii.gz").unlink()
    with pytest.raises(WrongUse, match="none for scan_10"):
        stack(folder, tmp_path / "some")
    stack(folder, tmp_path / "none", labels=None)
    assert not (tmp_path / "none/labels.npy").exists()


def test_a_run_without_stacks_takes_them_down_and_says_so(folder, tmp_path):
    stack(folder, tmp_path / "out")
    made = []
    told = run(
        folder, tmp_path / "out", FIXED, store="npy", progress=lambda *told: made.append(told)
    ).laid_out
    assert told == "images.npy, labels.npy, valid.npy: taken down"
    assert not made
    assert not list((tmp_path / "out").glob("*.npy"))
    assert not (tmp_path / "out" / "cases.csv").exists()
    assert verify(tmp_path / "out").same
