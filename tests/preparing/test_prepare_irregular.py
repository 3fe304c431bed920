"""Uneven series prepared as --irregular says: cases of the parts, or of a regular grid, and an account of it."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hospital import RECIPE, contents, run

from scan2train.grid import Grid
from scan2train.index import index
from scan2train.read import read
from scan2train.recipe import Recipe
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.small_places import ONE_SERIES
from scan2train.volume import Labels, Volume
from scan2train.write import write

GRID = Grid.from_axes((21, 15, 12), spacing_mm=(0.8, 0.9, 3.0), origin_mm=(-5, 7, 100))
VALUES = np.random.default_rng(9).integers(-1000, 1000, GRID.shape).astype(np.int16)


@pytest.fixture
def holed(tmp_path):
    write_dicom_series(Volume(array=VALUES, grid=GRID, unit="HU"), tmp_path / "in" / "s", drop=(4, 9))
    return tmp_path / "in"


def accounts(out):
    found = [json.loads(file.read_text()) for file in sorted(out.glob("cases/*/account.json"))]
    return sorted(found, key=lambda account: account["slices"].get("first", 0))


def test_refused_it_says_which_words_would_help(holed, tmp_path):
    made = run(holed, tmp_path / "out")
    (error,) = made.cases["error"]
    assert made.n_failed == 1
    (finding,) = [one for one in made.findings if one["code"] == "GEO004"]
    for words in (
        "--irregular split gives 3 volumes, of 4, 4, 2 slices",
        "--irregular keep-largest-regular the one of 4",
        "--irregular regrid resamples to 12 slices at even distances, 2 of them invented",
    ):
        assert words in finding["advice"] or words in error


def test_split_makes_a_case_of_every_part(holed, tmp_path):
    made = run(holed, tmp_path / "out", irregular="split")
    assert made.n_done == 3
    told = accounts(tmp_path / "out")
    assert [(one["slices"]["first"], one["slices"]["last"]) for one in told] == [(0, 3), (4, 7), (8, 9)]
    whole = index(holed, cache=False).volumes["volume"].item()
    for one in told:
        assert one["irregular"] == "split"
        assert one["slices"]["part_of"] == whole
        assert one["slices"]["total"] == 10
        assert one["slices"]["irregular"] == "missing-slices"
        assert "GEO004" in {finding["code"] for finding in one["findings"]}
    sources = [source["path"] for one in told for source in one["sources"]]
    assert len(sources) == len(set(sources)) == 10


def test_the_same_parts_come_out_again_whatever_the_jobs_and_the_run_resumes(holed, tmp_path):
    run(holed, tmp_path / "a", irregular="split")
    run(holed, tmp_path / "b", irregular="split", jobs=2)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "a").rglob("image.nii.gz")}
    assert run(holed, tmp_path / "a", irregular="split").n_done == 3
    assert before == {file: file.stat().st_mtime_ns for file in (tmp_path / "a").rglob("image.nii.gz")}


def test_a_lost_slice_more_leaves_the_names_of_the_other_parts(holed, tmp_path):
    before = set(run(holed, tmp_path / "out", irregular="split").cases["case"])
    row = index(holed, cache=False).volumes.row(0, named=True)
    (holed / row["member_path"][-1]).unlink()
    after = set(run(holed, tmp_path / "other", irregular="split").cases["case"])
    assert (len(before), len(after), len(before & after)) == (3, 3, 2)


def test_the_largest_part_alone(holed, tmp_path):
    made = run(holed, tmp_path / "out", irregular="keep-largest-regular")
    assert made.n_done == 1
    (told,) = accounts(tmp_path / "out")
    assert (told["slices"]["first"], told["slices"]["last"]) == (0, 3)


def test_resampled_slices_that_were_invented_are_padding(holed, tmp_path):
    recipe = Recipe.from_toml('[[step]]\ndo = "clip"\nlow = -1000\nhigh = 400\n')
    made = run(holed, tmp_path / "out", recipe=recipe, irregular="regrid")
    assert made.n_done == 1
    (told,) = accounts(tmp_path / "out")
    assert told["slices"] == {"irregular": "missing-slices", "total": 10, "invented": [4, 9]}
    (valid,) = (tmp_path / "out").glob("cases/*/valid.nii.gz")
    seen = read(valid).array.astype(bool)
    assert seen.all(axis=(0, 1)).tolist() == [k not in (4, 9) for k in range(12)]
    assert not seen[:, :, [4, 9]].any()
    (image,) = (tmp_path / "out").glob("cases/*/image.nii.gz")
    np.testing.assert_array_equal(read(image).array[seen], np.clip(VALUES, -1000, 400)[seen])


@pytest.mark.parametrize("word", ["regrid", "keep-largest-regular", "split"])
def test_the_account_replays_on_what_reading_gives(holed, tmp_path, word):
    run(holed, tmp_path / "out", irregular=word)
    from scan2train.preparing.parts import in_parts

    rows = in_parts(index(holed, cache=False).volumes, word)[0]
    for row in rows.iter_rows(named=True):
        folder = tmp_path / "out" / "cases" / row["volume"]
        replayed = Recipe.load(folder / "account.json")
        ready, _ = replayed.run(read(row, irregular=word))
        stored = read(folder / "image.nii.gz")
        np.testing.assert_array_equal(ready.array, stored.array)
        np.testing.assert_allclose(ready.grid.affine, stored.grid.affine, atol=1e-4)


@pytest.mark.parametrize("word", ["regrid", "keep-largest-regular", "split"])
def test_a_dry_run_plans_the_grids_that_are_made(holed, tmp_path, word):
    planned = run(holed, tmp_path / "out", irregular=word, dry_run=True).cases.sort("case")
    made = run(holed, tmp_path / "out", irregular=word).cases.sort("case")
    for name in ("case", "size_i", "size_j", "size_k", "spacing_k_mm"):
        assert planned[name].to_list() == made[name].to_list()


def test_a_person_may_decide_on_the_whole_or_on_a_part(holed, tmp_path):
    run(holed, tmp_path / "out", irregular="split")
    told = accounts(tmp_path / "out")
    part, whole = told[0]["volume"], told[0]["slices"]["part_of"]
    pl.DataFrame({"volume": [part], "choice": ["reject"]}).write_csv(tmp_path / "part.csv")
    made = run(holed, tmp_path / "b", irregular="split", choices=tmp_path / "part.csv")
    assert set(made.cases["volume"]) == {one["volume"] for one in told[1:]}
    table = {"volume": [whole, part], "choice": ["reject", "accept"]}
    pl.DataFrame(table).write_csv(tmp_path / "both.csv")
    made = run(holed, tmp_path / "c", irregular="split", choices=tmp_path / "both.csv")
    assert made.cases["volume"].to_list() == [part]


def test_labels_of_the_whole_are_those_of_each_part(holed, tmp_path):
    mask = (VALUES > 300).astype(np.uint8)
    write(Labels(array=mask, grid=GRID), holed / "s_seg.nii.gz")
    recipe = Recipe.from_toml('[[step]]\ndo = "clip"\nlow = -1000\nhigh = 400\n')
    made = run(holed, tmp_path / "out", recipe=recipe, irregular="split")
    assert made.n_done == 3
    for told, own in zip(accounts(tmp_path / "out"), ([0, 1, 2, 3], [5, 6, 7, 8], [10, 11]), strict=True):
        labels = read(tmp_path / "out" / "cases" / told["case"] / "labels.nii.gz")
        np.testing.assert_array_equal(labels.array, mask[:, :, own])


def test_a_stray_slice_is_a_case_or_is_left_out(tmp_path):
    volume = Volume(array=VALUES, grid=GRID, unit="HU")
    write_dicom_series(volume, tmp_path / "in", extra_tags=ONE_SERIES)
    turned = {**ONE_SERIES, "ImageOrientationPatient": ["0", "1", "0", "1", "0", "0"]}
    single = Volume(array=VALUES[:, :, :1], grid=Grid((21, 15, 1), GRID.affine))
    write_dicom_series(single, tmp_path / "in", extra_tags=turned, file_names=["stray.dcm"], seed=5)
    assert run(tmp_path / "in", tmp_path / "a").n_failed == 1
    split = run(tmp_path / "in", tmp_path / "b", irregular="split")
    assert sorted(split.cases["source_size_k"].to_list()) == [1, 12]
    kept = run(tmp_path / "in", tmp_path / "c", irregular="keep-largest-regular")
    assert kept.cases["source_size_k"].to_list() == [12]
    assert "beside-the-largest-regular" in kept.skipped["reason"].to_list()
    (told,) = accounts(tmp_path / "c")
    assert (told["slices"]["irregular"], told["slices"]["total"]) == ("mixed-orientation", 13)
    assert kept.n_done == 1


def test_what_no_word_helps_is_refused_with_all_of_them(tmp_path):
    tags = {"ImagePositionPatient": None}
    write_dicom_series(Volume(array=VALUES, grid=GRID), tmp_path / "in", extra_tags=tags)
    for word in ("refuse", "regrid", "split", "keep-largest-regular"):
        made = run(tmp_path / "in", tmp_path / word, irregular=word, recipe=RECIPE)
        assert (made.n_done, made.n_failed) == (0, 1)
