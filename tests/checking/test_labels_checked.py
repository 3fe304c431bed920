"""Masks through the whole audit: pairs, declarations, and what follows from all masks together."""

import json

import nibabel
import numpy as np
import pytest

from scan2train.check import check
from scan2train.errors import WrongUse
from scan2train.rule.rule import rule_of
from scan2train.testing.small import small_nifti, small_series, together

DECLARED = {"labels": {"background": 0, "left": 1, "right": 2, "spleen": 3}}


def dataset(root, *, second=None, shape=(13, 11, 8)):
    together(
        small_nifti("imagesTr/a_0000.nii.gz"),
        small_nifti("imagesTr/b_0000.nii.gz"),
        small_nifti("labelsTr/a.nii.gz", labels=True),
        small_nifti("labelsTr/b.nii.gz", labels=True, values=second, shape=shape),
    )(root)
    (root / "dataset.json").write_text(json.dumps(DECLARED))


def labels(root, *, jobs=1, **more):
    found = check(root, select=["LAB"], jobs=jobs, **more)
    assert not [one for one in found if one.code == "RUL001"]
    return {(one.code, one.severity.value, one.scope, one.where.path) for one in found}


def test_a_class_that_no_mask_holds_is_said_once(tmp_path):
    dataset(tmp_path)
    assert labels(tmp_path, jobs=2) == {("LAB002", "warning", "dataset", None)}
    (found,) = check(tmp_path, select=["LAB002"], jobs=1)
    assert (found.seen, found.affects) == ("3 (spleen)", 2)


def test_a_class_that_one_mask_holds_is_not_lacking(tmp_path):
    dataset(tmp_path, second=lambda mask: np.where(mask == 2, 3, mask).astype(np.uint8))
    assert labels(tmp_path) == set()


def test_each_fault_is_told_of_its_own_mask(tmp_path):
    dataset(tmp_path, second=lambda mask: np.where(mask == 2, 9, mask)[:, 1:].astype(np.uint8))
    mask = "labelsTr/b.nii.gz"
    assert labels(tmp_path) >= {("LAB001", "error", "volume", mask), ("LAB003", "error", "volume", mask)}
    assert labels(tmp_path, pixels=False) == {("LAB001", "error", "volume", mask)}


def test_fractions_are_one_finding_and_keep_the_others_from_running(tmp_path):
    small_nifti("a.nii.gz")(tmp_path)
    affine = nibabel.load(tmp_path / "a.nii.gz").affine
    soft = np.linspace(0, 1, 13 * 11 * 8, dtype=np.float32).reshape(13, 11, 8)
    nibabel.save(nibabel.Nifti1Image(soft, affine), tmp_path / "a_seg.nii.gz")
    assert labels(tmp_path) == {("LAB003", "error", "volume", "a_seg.nii.gz")}


def test_an_image_by_itself_is_no_mask(tmp_path):
    together(small_series(), small_nifti("other.nii.gz"))(tmp_path)
    assert labels(tmp_path) == set()


def module(name, **functions):
    from types import ModuleType

    made = ModuleType(name)
    made.__file__ = f"{name}.py"
    made.__doc__ = "T\n\nWhat it finds\n---\na\n\nWhy it matters\n---\nb\n\nWhat to do\n---\nc\n"
    for key, value in {"check": lambda labels: [labels], "examples": lambda: (), **functions}.items():
        setattr(made, key, value)
    return made


def test_a_rule_that_gathers_must_conclude_from_what_there_is():
    whole = rule_of(module("abc001_whole", gather=lambda labels: labels, conclude=lambda gathered: gathered))
    assert whole.gathers
    with pytest.raises(WrongUse):
        rule_of(module("abc001_half", gather=lambda labels: labels))
    with pytest.raises(WrongUse):
        rule_of(module("abc001_other", gather=lambda volumes: volumes, conclude=lambda gathered: gathered))
    with pytest.raises(WrongUse):
        rule_of(
            module(
                "abc001_more", gather=lambda labels: labels, conclude=lambda gathered, row: (gathered, row)
            )
        )
