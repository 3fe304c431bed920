"""Folders as nnU-Net and the Decathlon want them: links to the cases, always in step with them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hospital import contents, grid_of, run, write_image, write_labels
from monai.data import load_decathlon_datalist

from scan2train import replay, verify
from scan2train.errors import WrongUse
from scan2train.formats import nifti
from scan2train.preparing import linking
from scan2train.preparing.layouts import Member, lay_out
from scan2train.volume import Volume


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "scans"
    for seed, case in enumerate("abc"):
        write_image(folder / "imagesTr" / f"{case}_0000.nii.gz", seed=seed)
        if case != "c":
            write_labels(folder / "labelsTr" / f"{case}.nii.gz", seed=seed)
    return folder


def tree(folder):
    return {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}


def test_nnunet_gets_links_to_the_cases_and_a_description(folder, tmp_path):
    out = tmp_path / "out"
    run(folder, out, layout="nnunet")
    run(folder, tmp_path / "plain")
    found = tree(out / "Dataset900_small")
    assert set(found) == {
        *("imagesTr/a_0000.nii.gz", "imagesTr/b_0000.nii.gz", "imagesTs/c_0000.nii.gz"),
        *("labelsTr/a.nii.gz", "labelsTr/b.nii.gz", "dataset.json"),
    }
    assert found["imagesTr/a_0000.nii.gz"].samefile(out / "cases/a/image.nii.gz")
    assert found["labelsTr/b.nii.gz"].samefile(out / "cases/b/labels.nii.gz")
    assert json.loads(found["dataset.json"].read_text()) == {
        "name": "small",
        "channel_names": {"0": "noNorm"},  # the recipe has rescaled: nothing is left to be normalised
        "labels": {"background": 0, "label_1": 1, "label_2": 2},
        "numTraining": 2,
        "file_ending": ".nii.gz",
    }
    same = {name: data for name, data in contents(out).items() if name.startswith("cases/")}
    assert same == {n: d for n, d in contents(tmp_path / "plain").items() if n.startswith("cases/")}


def test_monai_reads_the_decathlon_s_list(folder, tmp_path):
    run(folder, tmp_path / "out", layout="msd", dataset_id=7, dataset_name="liver")
    task = tmp_path / "out/Task07_liver"
    told = json.loads((task / "dataset.json").read_text())
    assert (told["numTraining"], told["numTest"]) == (2, 1)
    assert told["labels"] == {"0": "background", "1": "label_1", "2": "label_2"}
    training = load_decathlon_datalist(task / "dataset.json", True, "training", task)
    assert [Path(one["image"]).name for one in training] == ["a.nii.gz", "b.nii.gz"]
    for one, case in zip(training, "ab", strict=True):
        assert Path(one["label"]).samefile(tmp_path / "out/cases" / case / "labels.nii.gz")
    test = load_decathlon_datalist(task / "dataset.json", True, "test", task)
    assert [Path(one["image"]).name for one in test] == ["c.nii.gz"]


def test_a_folder_is_brought_in_step_with_the_cases_of_the_next_run(folder, tmp_path):
    out = tmp_path / "out"
    run(folder, out, layout="nnunet")
    dataset = out / "Dataset900_small"
    before = {name: file.stat().st_ino for name, file in tree(dataset).items()}
    (dataset / "imagesTr" / "a_0000.nii.gz").unlink()
    (dataset / "imagesTr" / "gone_0000.nii.gz").write_bytes(b"of an earlier run")
    (dataset / "labelsTr" / ".tmp-a.nii.gz").write_bytes(b"cut off")
    (dataset / "splits_final.json").write_text("[]")
    run(folder, out, layout="nnunet")
    (dataset / "splits_final.json").unlink()
    assert {name: file.stat().st_ino for name, file in tree(dataset).items()} == before
    write_image(folder / "imagesTr" / "a_0000.nii.gz", seed=99)
    write_labels(folder / "labelsTr" / "c.nii.gz", seed=3)
    run(folder, out, layout="nnunet")
    found = tree(dataset)
    assert "imagesTs/c_0000.nii.gz" not in found
    for case in "abc":
        assert found[f"imagesTr/{case}_0000.nii.gz"].samefile(out / f"cases/{case}/image.nii.gz")
    assert json.loads(found["dataset.json"].read_text())["numTraining"] == 3


def test_where_no_link_can_be_made_there_are_copies_made_once(folder, tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(linking.os, "link", refused)
    out = tmp_path / "out"
    run(folder, out, layout="nnunet")
    copy = out / "Dataset900_small/imagesTr/a_0000.nii.gz"
    assert not copy.samefile(out / "cases/a/image.nii.gz")
    assert copy.read_bytes() == (out / "cases/a/image.nii.gz").read_bytes()
    inode = copy.stat().st_ino
    run(folder, out, layout="nnunet")
    assert copy.stat().st_ino == inode


def test_another_layout_is_laid_out_without_touching_a_case(folder, tmp_path):
    out, made = tmp_path / "out", []
    run(folder, out, layout="nnunet")
    before = {file: file.stat().st_ino for file in (out / "cases").rglob("*")}
    (out / "Dataset900_small" / "mine.txt").touch()
    told = run(folder, out, layout="msd", progress=lambda *told: made.append(told)).laid_out
    assert told.startswith("Dataset900_small: taken down")
    assert [file.name for file in (out / "Dataset900_small").rglob("*")] == ["mine.txt"]
    assert "imagesTr/a.nii.gz" in tree(out / "Task900_small")
    (out / "Dataset900_small" / "mine.txt").unlink()
    (out / "Dataset900_small").rmdir()
    assert verify(out).same
    run(folder, out, progress=lambda *told: made.append(told))
    assert not made
    assert not (out / "Task900_small").exists()
    assert {file: file.stat().st_ino for file in (out / "cases").rglob("*")} == before
    assert verify(out).same


def test_nnunet_gets_every_fold_of_the_split_by_the_names_of_its_cases(folder, tmp_path):
    write_labels(folder / "labelsTr" / "c.nii.gz", seed=2)
    split, out = tmp_path / "split.json", tmp_path / "out"
    folds = [{"train": ["b"], "val": ["a"]}, {"train": ["a"], "val": ["b"]}]
    split.write_text(json.dumps({"folds": folds, "test": ["c"]}))
    told = run(folder, out, layout="nnunet", split=split, fold=1).laid_out
    assert "splits_final.json is for nnUNet_preprocessed/Dataset900_small/" in told
    theirs = out / "Dataset900_small" / "splits_final.json"
    assert json.loads(theirs.read_text()) == folds
    assert verify(out).same
    again = tmp_path / "again"
    assert replay(out, again, jobs=1).same
    assert (again / "Dataset900_small/splits_final.json").read_bytes() == theirs.read_bytes()
    theirs.write_text("[]")
    assert [change.path for change in verify(out).changes] == ["Dataset900_small/splits_final.json"]
    run(folder, out, layout="nnunet")  # of no split any more
    assert not theirs.exists()


def test_folds_that_nnunet_cannot_use_are_told(tmp_path):
    members = [member("a", tmp_path), member("b", tmp_path), member("c", tmp_path, labelled=False)]
    folds = {3: {"train": ["a"], "val": ["b", "c"]}}
    told = lay_out(tmp_path, "nnunet", "Dataset001_x", members, {1: "liver"}, "CT", folds=folds)
    assert told.endswith("; its fold 0 is fold 3 of the split")
    text = (tmp_path / "Dataset001_x/splits_final.json").read_text()
    assert json.loads(text) == [{"train": ["a"], "val": ["b"]}]
    folds = {0: {"train": ["a", "b"], "val": ["c"]}}
    told = lay_out(tmp_path, "nnunet", "Dataset002_x", members, {1: "liver"}, "CT", folds=folds)
    assert told.endswith("; no splits_final.json, as fold 0 has no labelled case in its part val")


def member(case, out, **more):
    folder = out / "cases" / case
    folder.mkdir(parents=True)
    (folder / "image.nii.gz").write_bytes(case.encode())
    (folder / "labels.nii.gz").write_bytes(case.encode())
    return Member(case=case, folder=folder, **{"labelled": True, "test": False, **more})


def test_cases_of_the_test_part_lie_apart_with_their_labels(tmp_path):
    members = [member("a", tmp_path), member("b", tmp_path, test=True)]
    lay_out(tmp_path, "msd", "Task01_x", members, {1: "liver"}, "CT")
    assert set(tree(tmp_path / "Task01_x")) == {
        *("imagesTr/a.nii.gz", "labelsTr/a.nii.gz", "imagesTs/b.nii.gz", "labelsTs/b.nii.gz"),
        "dataset.json",
    }
    told = json.loads((tmp_path / "Task01_x/dataset.json").read_text())
    assert told["test"] == ["./imagesTs/b.nii.gz"]
    assert told["modality"] == {"0": "CT"}


def test_gaps_between_labels_are_named_for_nnunet_and_many_refused(tmp_path):
    members = [member("a", tmp_path)]
    lay_out(tmp_path, "nnunet", "Dataset001_x", members, {0: "", 1: "lung", 4: "lung", 2: ""}, "CT")
    told = json.loads((tmp_path / "Dataset001_x/dataset.json").read_text())
    assert told["labels"] == {"background": 0, "lung": 1, "label_2": 2, "unused_3": 3, "lung_4": 4}
    for names in ({2035: "bone"}, {-1: "none"}):
        with pytest.raises(WrongUse, match="without a gap"):
            lay_out(tmp_path, "nnunet", "Dataset002_x", members, names, "CT")
    lay_out(tmp_path, "msd", "Task02_x", members, {2035: "bone"}, "CT")


@pytest.mark.parametrize(
    "wrong",
    [
        {"layout": "nnunet", "store": "zarr"},
        {"layout": "msd", "dataset_id": 0},
        {"layout": "nnunet", "dataset_id": 1000},
        {"layout": "nnunet", "dataset_name": "../x"},
        {"stack": True},
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_done(folder, tmp_path, wrong):
    with pytest.raises(WrongUse):
        run(folder, tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("layout", ["nnunet", "msd"])
def test_cases_in_colour_do_not_go_into_a_layout_of_one_channel(tmp_path, layout):
    grid = grid_of((7, 6, 5))
    (tmp_path / "set").mkdir()
    nifti.write(Volume(array=np.zeros((*grid.shape, 3), np.uint8), grid=grid), tmp_path / "set/colour.nii.gz")
    write_image(tmp_path / "set/grey.nii.gz")
    with pytest.raises(WrongUse, match=r"colour \(3\)"):
        run(tmp_path / "set", tmp_path / "out", layout=layout)
    assert not (tmp_path / "out").exists()
    made = run(tmp_path / "set", tmp_path / "out", layout=layout, where="samples = 1")
    assert made.cases["case"].to_list() == ["grey"]
    assert run(tmp_path / "set", tmp_path / "plain").n_done == 2
