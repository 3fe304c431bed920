"""Sets that are laid out already, our own among them, as sources: names of cases, labels and parts stay."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hospital import RECIPE, grid_of, run, write_image, write_labels, write_series

from scan2train import replay
from scan2train.formats import nifti
from scan2train.preparing.prepared import prepared_cases
from scan2train.preparing.stored import stored_image, stored_labels
from scan2train.recipe import Recipe
from scan2train.steps.pad_or_crop import PadOrCrop
from scan2train.volume import Volume

PADDED = replace(RECIPE, steps=(*RECIPE.steps, PadOrCrop(shape=(24, 14, 21))))
#: Leaves everything where it is.
NOTHING = Recipe.from_toml('[[step]]\ndo = "reorient"\nto = "LPS"\n', name="nothing")


def raw(folder, channels=1):
    """A raw folder of nnU-Net's with two training cases and one to test on."""
    for seed, case in enumerate(("liver_2", "liver_10", "liver_7")):
        part = "Ts" if case == "liver_7" else "Tr"
        for channel in range(channels):
            write_image(folder / f"images{part}" / f"{case}_000{channel}.nii.gz", seed=10 * seed + channel)
        if part == "Tr":
            write_labels(folder / "labelsTr" / f"{case}.nii.gz", seed=seed)


def declare(folder, labels):
    (folder / "dataset.json").write_text(json.dumps({"labels": labels}))


def table(out):
    return {row["case"]: row for row in pl.read_parquet(out / "cases.parquet").to_dicts()}


@pytest.mark.parametrize(
    "labels",
    [
        {"background": 0, "liver": 1, "tumour": 2, "never": 3},
        {"0": "background", "1": "liver", "2": "tumour", "3": "never"},
    ],
    ids=["nnunet", "decathlon"],
)
def test_cases_labels_and_parts_keep_their_names(tmp_path, labels):
    raw(tmp_path / "Dataset003_Liver")
    declare(tmp_path / "Dataset003_Liver", labels)
    out = tmp_path / "out"
    run(tmp_path / "Dataset003_Liver", out, layout="nnunet").raise_for_failures()
    assert {case: row["split"] for case, row in table(out).items()} == {
        "liver_2": "train",
        "liver_7": "test",
        "liver_10": "train",
    }
    names = {0: "background", 1: "liver", 2: "tumour", 3: "never"}
    told = json.loads((out / "cases/liver_2/account.json").read_text())["labels"]
    assert told["names"] == {str(value): name for value, name in names.items()}
    assert json.loads((out / "dataset.json").read_text())["labels"] == told["names"]
    theirs = json.loads((out / "Dataset900_small/dataset.json").read_text())
    assert theirs["labels"] == {name: value for value, name in names.items()}
    assert (out / "Dataset900_small/imagesTs/liver_7_0000.nii.gz").is_file()


def test_changed_names_make_the_cases_anew(tmp_path):
    raw(tmp_path / "raw")
    declare(tmp_path / "raw", {"liver": 1})
    run(tmp_path / "raw", tmp_path / "out")
    declare(tmp_path / "raw", {"spleen": 1})
    run(tmp_path / "raw", tmp_path / "out")
    account = json.loads((tmp_path / "out/cases/liver_2/account.json").read_text())
    assert account["labels"]["names"] == {"1": "spleen"}


def test_names_are_found_beside_labels_that_were_given_by_their_folder(tmp_path):
    raw(tmp_path / "raw")
    declare(tmp_path / "raw", {"liver": 1})
    run(tmp_path / "raw" / "imagesTr", tmp_path / "out", labels=tmp_path / "raw" / "labelsTr")
    account = json.loads((tmp_path / "out/cases/liver_2/account.json").read_text())
    assert account["labels"]["names"] == {"1": "liver"}


def test_each_channel_is_a_case_of_its_own_with_the_labels_of_all(tmp_path):
    raw(tmp_path / "raw", channels=2)
    run(tmp_path / "raw", tmp_path / "out")
    cases = table(tmp_path / "out")
    assert set(cases) == {f"liver_{n}_000{c}" for n in (2, 7, 10) for c in (0, 1)}
    assert len({cases[f"liver_2_000{c}"]["labels_sha256"] for c in (0, 1)} - {""}) == 1
    assert {row["split"] for case, row in cases.items() if "_7_" in case} == {"test"}


def test_each_point_of_a_decathlon_image_of_four_dimensions_is_a_case(tmp_path):
    values = np.random.default_rng(0).normal(size=(19, 17, 13, 2)).astype("f4")
    folder = tmp_path / "Task01" / "imagesTr"
    folder.mkdir(parents=True)
    meta = {"dimension": "time", "dimension_values": (0, 1)}
    nifti.write(Volume(array=values, grid=grid_of(), meta=meta), folder / "BRATS_001.nii.gz")
    write_labels(tmp_path / "Task01" / "labelsTr" / "BRATS_001.nii.gz")
    made = run(tmp_path / "Task01", tmp_path / "out", NOTHING)
    made.raise_for_failures()
    assert made.n_done == 2
    assert all(row["labels_sha256"] for row in table(tmp_path / "out").values())
    assert [case.partition("BRATS_001")[2] for case in table(tmp_path / "out")] == ["-time0", "-time1"]


@pytest.mark.parametrize(
    "how",
    [
        {"store": "nifti"},
        {"store": "zarr"},
        {"store": "b2nd"},
        {"store": "npy", "stack": False},
        {"layout": "nnunet"},
    ],
    ids=lambda how: "-".join(map(str, how.values())),
)
def test_a_prepared_set_is_a_source_with_what_its_accounts_know(tmp_path, how):
    raw(tmp_path / "raw")
    declare(tmp_path / "raw", {"liver": 1, "tumour": 2})
    run(tmp_path / "raw", tmp_path / "first", PADDED, **how).raise_for_failures()
    made = run(tmp_path / "first", tmp_path / "second", NOTHING)
    made.raise_for_failures()
    assert made.cases["case"].to_list() == ["liver_2", "liver_7", "liver_10"]
    assert [table(tmp_path / "second")[case]["split"] for case in ("liver_2", "liver_7")] == ["train", "test"]
    first, second = prepared_cases(tmp_path / "first"), prepared_cases(tmp_path / "second")
    for case, one in first.items():
        before, after = stored_image(one), stored_image(second[case])
        np.testing.assert_array_equal(after.array, before.array)
        np.testing.assert_array_equal(after.valid, before.valid)
        assert (after.grid, after.unit) == (before.grid, before.unit)
        if case != "liver_7":
            assert stored_labels(second[case]).names == {1: "liver", 2: "tumour"}
            np.testing.assert_array_equal(stored_labels(second[case]).array, stored_labels(one).array)


def test_patient_and_scanner_are_known_to_a_set_that_is_made_of_a_set(tmp_path):
    write_series(tmp_path / "pacs" / "DOE^JANE")
    run(tmp_path / "pacs", tmp_path / "first", PADDED).raise_for_failures()
    run(tmp_path / "first", tmp_path / "second", NOTHING).raise_for_failures()
    ((case, first),) = table(tmp_path / "first").items()
    second = table(tmp_path / "second")[case]
    known = ("patient", "study_uid", "series_uid", "modality", "manufacturer", "model", "station", "phase")
    assert first["patient"]
    assert first["modality"] == "CT"
    assert {name: second[name] for name in known} == {name: first[name] for name in known}
    told, again = (
        json.loads((tmp_path / out / "cases" / case / "account.json").read_text())["scan"]
        for out in ("first", "second")
    )
    assert again == told
    assert replay(tmp_path / "second", tmp_path / "third", jobs=1).same


@pytest.mark.parametrize("source", ["first/cases", "first/cases/liver_2"], ids=["cases", "case"])
def test_a_set_is_known_by_a_folder_in_it(tmp_path, source):
    raw(tmp_path / "raw")
    run(tmp_path / "raw", tmp_path / "work" / "first", PADDED, layout="nnunet").raise_for_failures()
    made = run(tmp_path / "work" / source, tmp_path / "second", NOTHING)
    made.raise_for_failures()
    first, second = prepared_cases(tmp_path / "work" / "first"), prepared_cases(tmp_path / "second")
    assert set(second) <= set(first)
    assert len(second) == (1 if source.endswith("liver_2") else 3)
    for case, one in second.items():
        np.testing.assert_array_equal(stored_image(one).valid, stored_image(first[case]).valid)


def test_the_folder_of_a_layout_given_by_itself_is_a_source_like_any_other(tmp_path):
    raw(tmp_path / "raw")
    run(tmp_path / "raw", tmp_path / "first", layout="nnunet").raise_for_failures()
    made = run(tmp_path / "first" / "Dataset900_small", tmp_path / "second", NOTHING)
    made.raise_for_failures()
    assert made.cases["case"].to_list() == ["liver_2", "liver_7", "liver_10"]
