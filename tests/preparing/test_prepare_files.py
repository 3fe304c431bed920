"""What a run writes, and that it is the same whatever the machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hospital import RECIPE, case_of, contents, grid_of, run, write_image, write_labels

from scan2train.grid import Grid
from scan2train.index import index
from scan2train.prepare import prepare
from scan2train.preparing.atomic import sha256_of
from scan2train.preparing.seeds import seed_of
from scan2train.read import read
from scan2train.recipe import Recipe
from scan2train.tables import CASES
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.small import small_nifti
from scan2train.volume import Volume
from scan2train.write import write


def test_a_run_leaves_the_promised_files(source, tmp_path):
    out = tmp_path / "ready"
    made = run(source, out)
    made.raise_for_failures()
    assert (made.n_done, made.n_failed) == (3, 0)
    assert {file.name for file in out.iterdir()} == {
        *("dataset.json", "recipe.toml", "cases.parquet", "findings.json", "cases", "journal.jsonl", "lock")
    }
    table = pl.read_parquet(out / "cases.parquet")
    assert dict(table.schema) == CASES.schema
    assert table.equals(made.cases)
    dicom = next(case for case in table["case"] if not case.startswith(("liver", "volume")))
    assert dicom == table.filter(pl.col("case") == dicom)["volume"].item()
    assert len(dicom) == 12
    for case, files in {
        "liver_10": {"image.nii.gz", "labels.nii.gz", "account.json"},
        "volume-2": {"image.nii.gz", "labels.nii.gz", "account.json"},
        dicom: {"image.nii.gz", "account.json"},
    }.items():
        assert {file.name for file in (out / "cases" / case).iterdir()} == files
    dataset = json.loads((out / "dataset.json").read_text())
    assert dataset["sources"] == ["hospital"]
    assert dataset["counts"] == {"cases": 3, "done": 3, "failed": 0, "labelled": 2}
    assert Recipe.from_toml((out / "recipe.toml").read_text()).fingerprint == RECIPE.fingerprint
    findings = json.loads((out / "findings.json").read_text())
    assert findings["summary"]["volumes"] == 5
    assert findings["summary"]["skipped"] == made.skipped.filter(pl.col("reason") != "labels").height


def test_a_case_holds_what_the_recipe_makes_of_image_and_labels(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    image = read(source / "volume-2.nii")
    labels = read(source / "segmentation-2.nii", as_labels=True)
    ready, ready_labels, account = RECIPE.run_pair(image, labels, seed_of(0, "volume-2"))
    folder = out / "cases" / "volume-2"
    stored = read(folder / "image.nii.gz")
    np.testing.assert_array_equal(stored.array, ready.array)
    np.testing.assert_allclose(stored.grid.affine, ready.grid.affine, atol=1e-5)
    stored_labels = read(folder / "labels.nii.gz", as_labels=True)
    np.testing.assert_array_equal(stored_labels.array, ready_labels.array)
    assert stored_labels.grid == stored.grid
    told = json.loads((folder / "account.json").read_text())
    assert told["done"] == account.to_json()["step"]
    assert Grid.from_json(told["grid_before"]) == image.grid
    assert Grid.from_json(told["grid_after"]) == ready.grid
    assert told["seed"] == seed_of(0, "volume-2")
    assert told["sources"] == [
        {"source": "hospital", "path": "volume-2.nii", "sha256": sha256_of(source / "volume-2.nii")}
    ]
    assert told["labels"]["path"] == "segmentation-2.nii"
    assert told["labels"]["sha256"] == sha256_of(source / "segmentation-2.nii")
    values, counts = np.unique(ready_labels.array, return_counts=True)
    assert told["labels"]["voxels"] == {str(v): n for v, n in zip(values, counts.tolist(), strict=True)}


def test_hashes_sizes_and_grids_of_the_table_are_those_of_the_files(source, tmp_path):
    out = tmp_path / "ready"
    made = run(source, out)
    for row in made.cases.to_dicts():
        folder = out / "cases" / row["case"]
        for column, name in (
            ("image", "image.nii.gz"),
            ("labels", "labels.nii.gz"),
            ("account", "account.json"),
        ):
            file = folder / name
            assert row[f"{column}_sha256"] == (sha256_of(file) if file.exists() else "")
        stored = read(folder / "image.nii.gz").grid
        assert stored.shape == (row["size_i"], row["size_j"], row["size_k"])
        assert stored.orientation == row["orientation"] == "LPS"
        np.testing.assert_allclose(stored.affine.ravel(), row["affine"], atol=1e-4)
        assert [row[f"spacing_{axis}_mm"] for axis in "ijk"] == pytest.approx([1.1, 1.3, 1.7])


def test_the_table_says_where_each_case_came_from(source, tmp_path):
    """Of cases that are made, that were made by an earlier run, that failed, and that are only planned."""
    write_labels(source / "volume-2_mask.nii", (16, 23, 11))
    expected = {"imagesTr/liver_10_0000.nii.gz": "done", "volume-2.nii": "failed", "pacs/DOE^JANE": "done"}
    for _ in range(2):
        made = run(source, tmp_path / "ready")
        assert dict(made.cases.select("path", "state").iter_rows()) == expected
        assert set(made.cases["source"]) == {"hospital"}
    planned = run(source, tmp_path / "other", dry_run=True).cases
    assert set(planned["path"]) == set(expected)
    assert set(planned["source"]) == {"hospital"}


def test_two_processes_give_the_same_bytes_as_one(source, tmp_path):
    run(source, tmp_path / "one", jobs=1)
    run(source, tmp_path / "two", jobs=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_another_place_on_the_disk_gives_the_same_bytes(source, tmp_path):
    run(source, tmp_path / "here")
    moved = tmp_path / "else" / "where" / "hospital"
    moved.parent.mkdir(parents=True)
    source.rename(moved)
    run(moved, tmp_path / "there")
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


@pytest.mark.parametrize("masks", ["scans", "masks"])
def test_what_readers_notice_names_files_below_their_source(tmp_path, masks):
    sheared = {"shape": (9, 7, 5), "tilt": 1.4}
    small_nifti("scans/a.nii.gz", **sheared)(tmp_path)
    mask = "scans/a_seg.nii.gz" if masks == "scans" else "masks/a.nii.gz"
    small_nifti(mask, labels=True, **sheared)(tmp_path)
    made = run(
        tmp_path / "scans", tmp_path / "ready", labels=tmp_path / "masks" if masks == "masks" else "auto"
    )
    made.raise_for_failures()
    account = json.loads((tmp_path / "ready/cases/a/account.json").read_bytes())
    places = [one["where"]["path"] for one in account["findings"] if one["code"] == "NII002"]
    assert places == ["a.nii.gz", Path(mask).name]
    assert str(tmp_path) not in (tmp_path / "ready/findings.json").read_text()


def test_a_mask_that_cannot_be_read_is_named_without_its_place(tmp_path):
    write_image(tmp_path / "scans" / "a.nii.gz")
    halves = Volume(array=np.full((19, 17, 13), 0.5, np.float32), grid=grid_of())
    (tmp_path / "far" / "masks").mkdir(parents=True)
    write(halves, tmp_path / "far" / "masks" / "a.nii.gz")
    made = run(tmp_path / "scans", tmp_path / "ready", labels=tmp_path / "far" / "masks")
    assert made.n_failed == 1
    assert "masks/a.nii.gz" in case_of(made, "a")["error"]
    assert str(tmp_path) not in case_of(made, "a")["error"]


def test_nothing_tells_of_the_machine_or_the_patient(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    words = [str(tmp_path), os.uname().nodename, "DOE", "JANE", "PHANTOM"]
    for name, data in contents(
        out, ("recipe.toml", "dataset.json", "findings.json", "journal.jsonl")
    ).items():
        text = name if name.endswith(".gz") else name + data.decode()
        # The account names its sources below their root; that is how they are found again.
        found = [word for word in words if word in text.replace("pacs/DOE^JANE", "")]
        assert found == [], name


def test_padding_is_stored_as_a_mask(tmp_path):
    source = tmp_path / "set"
    grid = grid_of()
    valid = np.ones(grid.shape, bool)
    valid[:4, :, :] = False
    volume = Volume(array=np.full(grid.shape, 100, np.int16), grid=grid, unit="HU", valid=valid)
    write_dicom_series(volume, source, padding_value=0)
    made = run(source, tmp_path / "ready")
    made.raise_for_failures()
    folder = made.out / "cases" / made.cases["case"].item()
    mask = read(folder / "valid.nii.gz", as_labels=True)
    image = read(folder / "image.nii.gz")
    assert mask.grid == image.grid
    assert set(np.unique(mask.array)) == {0, 1}
    assert made.cases["valid_sha256"].item() == sha256_of(folder / "valid.nii.gz")


def test_seeds_are_those_of_the_run_and_the_case(source, tmp_path):
    made = run(source, tmp_path / "ready", seed=7)
    for case in made.cases["case"]:
        account = json.loads((made.out / "cases" / case / "account.json").read_text())
        assert account["seed"] == seed_of(7, case)


def test_the_readable_files_are_whole_json(source, tmp_path):
    made = run(source, tmp_path / "ready")
    files = list(made.out.rglob("*.json"))
    assert len(files) == 5
    for file in files:
        json.loads(file.read_text(), parse_constant=pytest.fail)  # NaN and Infinity are no JSON


def test_values_that_were_taken_for_hu_are_told_in_an_account_that_replays(tmp_path):
    write_image(tmp_path / "set" / "a.nii.gz")
    steps = [{"do": "resample", "spacing_mm": [1.1, 1.3, 1.7]}, {"do": "clip", "low": -1000.0, "high": 400.0}]
    recipe = Recipe.from_json({"name": "ct", "task": "ct-lung", "step": steps})
    made = run(tmp_path / "set", tmp_path / "ready", recipe=recipe)
    folder = made.out / "cases" / "a"
    account = json.loads((folder / "account.json").read_text())
    assert account["done"][0] == {"do": "take_as", "measured_in": "HU"}
    assert account["unit"] == "HU"
    done = Recipe.from_json({"step": account["done"]})
    stored = read(tmp_path / "set" / "a.nii.gz")
    again, _ = done.run(stored, account["seed"])
    assert (stored.unit, again.unit) == ("a.u.", "HU")
    np.testing.assert_array_equal(read(folder / "image.nii.gz").array, again.array)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_sources_of_one_name_are_told_apart_in_the_order_given(tmp_path, jobs):
    places = [
        tmp_path / "a" / "scans",
        tmp_path / "b" / "scans",
        tmp_path / "scans-2",
        tmp_path / "c" / "scans",
    ]
    for number, place in enumerate(places):
        write_image(place / f"liver_{number}.nii", seed=number)
    out = tmp_path / "ready"
    prepare(index(*places, cache=False), RECIPE, out, jobs=jobs)
    accounts = {file.parent.name: json.loads(file.read_bytes()) for file in out.glob("cases/*/account.json")}
    told = {case: account["sources"][0]["source"] for case, account in accounts.items()}
    assert told == {"liver_0": "scans", "liver_1": "scans-3", "liver_2": "scans-2", "liver_3": "scans-4"}
    assert json.loads((out / "dataset.json").read_bytes())["sources"] == sorted(told.values())
    made = []
    prepare(
        index(*places[::-1], cache=False), RECIPE, out, jobs=jobs, progress=lambda *told: made.append(told[2])
    )
    assert sorted(made) == ["liver_0", "liver_3"]  # the two whose sources have changed names
