"""Splits that a file names or folders show: who is in two of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scan2train import check
from scan2train.checking.everything import everything
from scan2train.checking.items import items_of
from scan2train.checking.pixels import check_volume
from scan2train.checking.splits.by_file import by_file
from scan2train.errors import WrongUse
from scan2train.index import Index
from scan2train.indexing.run import index_source
from scan2train.knowledge.split_names import fold_folder, split_folder
from scan2train.rule.load import built_in, find_rule
from scan2train.testing.small import small_nifti, small_series, together

SALT = b"sixteen bytes or more"


def unlike(n):
    return lambda array: array + np.random.default_rng(n).integers(0, 40, array.shape).astype(np.int16)


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Three files, of which b and c hold one picture; two series of one patient."""
    folder = tmp_path_factory.mktemp("scans")
    together(
        small_nifti("images/a_0000.nii.gz", values=unlike(1)),
        small_nifti("images/b_0000.nii.gz", values=unlike(2)),
        small_nifti("images/c_0000.mha", values=unlike(2)),
        small_series(below="dicom/one", patient="P1", values=unlike(4)),
        small_series(below="dicom/two", patient="P1", series_number=2, seed=2, values=unlike(5)),
    )(folder)
    told = Index(**index_source(folder, jobs=1, cache=False, salt=SALT, progress=None))
    seen = [check_volume(frozenset({"LEK003"}), (), item) for item in items_of(told)]
    return told, seen


def found(scans, tmp_path, content):
    told, seen = scans
    path = tmp_path / "split"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    rules = [find_rule("LEK003", built_in())]
    return [(one.message, one.seen) for one in everything(told, rules, seen, by_file(told, path, SALT))]


PATIENT = "one patient is in two splits"
VOXELS = "the same voxels are in two splits"


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        ({"train": ["a", "b"], "test": ["c"]}, [VOXELS]),
        ({"training": [{"image": "./images/b_0000.nii.gz"}], "validation": [{"image": "c"}]}, [VOXELS]),
        ({"train": ["b", "c"], "test": ["a"]}, []),
        (
            {
                "seed": 1,
                "folds": [{"train": ["b"], "val": ["a"]}, {"train": ["a"], "val": ["c"]}],
                "test": [],
            },
            [],
        ),
        ({"folds": [{"train": ["a"], "val": ["b"]}], "test": ["c"]}, [VOXELS]),
        ([{"train": ["a", "b"], "val": ["c"]}, {"train": ["b", "c"], "val": ["a"]}], [VOXELS]),
        ([{"train": ["a"], "val": ["b"]}, {"train": ["c"], "val": ["a"]}], []),
        ({"b": "train", "c": "test"}, [VOXELS]),
        ({"training": [{"image": "b", "fold": 0}, {"image": "c", "fold": 1}]}, [VOXELS]),
        ("case,split\none,train\ntwo,test\n", [PATIENT]),
        ("Filename;Subset\nb_0000.nii.gz;Training\nc_0000.mha;Testing\n", [VOXELS]),
        ("case,patient,split\na,7,train\nb,7,val\n", [PATIENT]),
        ("case\tfold\nb\t0\nc\t1\na\t1\n", [VOXELS]),
        ("case\tfold\nb\t0\nc\t0\na\t1\n", []),
        ("patient_id,split\nP1,train\n", []),
        ("case,split\na,train\na,test\n", ["one volume is in two splits"]),
    ],
)
def test_a_split_file_is_read_in_every_usual_form(scans, tmp_path, content, messages):
    assert [message for message, _ in found(scans, tmp_path, content)] == messages


def test_the_finding_names_both_places(scans, tmp_path):
    ((_, seen),) = found(scans, tmp_path, {"test": ["a", "b"], "train": ["c"]})
    assert seen == "train: images/c_0000.mha; test: images/b_0000.nii.gz"


@pytest.mark.parametrize(
    "content",
    [
        {"train": ["a", "nobody"], "test": ["b"]},
        {"seed": 3},
        [1, 2],
        "{",
        "case,split\na,somewhere\n",
        "case,colour\na,red\n",
        "split\ntrain\n",
        "",
    ],
)
def test_a_split_file_that_cannot_be_meant_is_refused(scans, tmp_path, content):
    with pytest.raises(WrongUse):
        found(scans, tmp_path, content)


def test_a_split_file_that_is_not_there_is_refused(scans, tmp_path):
    with pytest.raises(WrongUse):
        check(scans[0], select=["LEK003"], split=tmp_path / "nothing.json", pixels=False)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("train", ("train", True)),
        ("Testing", ("test", True)),
        ("imagesTr", ("train", True)),
        ("labelsTs", ("test", True)),
        ("val_images", ("val", True)),
        ("Training Batch 2", ("train", True)),
        ("BraTS2020_ValidationData", ("val", False)),
        ("images", None),
        ("stress test", None),
        ("test_bolus", None),
        ("train-val", None),
        ("valid-test", None),
        ("contrast", None),
    ],
)
def test_folders_of_parts_are_told_by_their_names(name, part):
    assert split_folder(name) == part


def test_folds_are_told_by_their_names():
    assert [fold_folder(name) for name in ("fold_3", "Fold 0", "split1", "folder_3")] == [3, 0, 1, None]


def test_a_case_may_go_by_the_name_that_prepare_gives_it(tmp_path):
    together(*(small_nifti(f"{place}/scan (1).nii.gz", values=unlike(n)) for n, place in enumerate("ab")))(
        tmp_path
    )
    told = Index(**index_source(tmp_path, jobs=1, cache=False, salt=SALT, progress=None))
    (tmp_path / "split.json").write_text(json.dumps({"train": ["a-scan_1"], "test": ["b-scan_1"]}))
    parts = by_file(told, tmp_path / "split.json", SALT)
    assert {
        told.volumes["path"][row]: part for row, part in parts.select("volume_row", "split").iter_rows()
    } == {
        "a/scan (1).nii.gz": "train",
        "b/scan (1).nii.gz": "test",
    }
