"""Splits: nobody is parted, everything is balanced, and the same seed gives the same file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scan2train import Index, check, index, prepare
from scan2train.cohort.split import split
from scan2train.cohort.splitting.balance import deal
from scan2train.cohort.splitting.strata import features
from scan2train.cohort.splitting.together import units
from scan2train.errors import WrongUse
from scan2train.knowledge.patient_names import whose_name
from scan2train.recipe import Recipe
from scan2train.testing.small import small_nifti, small_series, together

RECIPE = Recipe.from_toml('[[step]]\ndo = "clip"\nlow = -1000\nhigh = 400\n')


def bumps(n):
    return np.random.default_rng(n).integers(0, 40, (13, 11, 8)).astype(np.int16)


def series(n, patient, vendor="SIEMENS", copy_of=None):
    own = n if copy_of is None else copy_of
    return small_series(
        below=f"s{n:02d}",
        series_number=n,
        patient=patient,
        seed=n + 1,
        values=lambda array: array + bumps(own),
        tags={"Manufacturer": vendor, "StationName": f"CT-{vendor}"},
    )


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Eight patients of two series each, from three vendors; a copy of one by another's name; four NIfTI of two."""
    folder = tmp_path_factory.mktemp("scans")
    vendors = ["SIEMENS", "GE", "SIEMENS", "Philips", "GE", "SIEMENS", "GE", "Philips"]
    together(
        *(series(2 * p + v, f"P{p}", vendors[p]) for p in range(8) for v in (0, 1)),
        series(16, "P8", "Canon", copy_of=0),
        *(
            small_nifti(
                f"imagesTr/patient00{p}_{v}_0000.nii.gz",
                values=lambda array, n=9 + p * 2 + v: array + bumps(n + 90),
            )
            for p in (0, 1)
            for v in (0, 1)
        ),
        *(
            small_nifti(
                f"labelsTr/patient00{p}_{v}.nii.gz", labels=True, values=lambda mask, p=p: mask * (1 + p)
            )
            for p in (0, 1)
            for v in (0, 1)
        ),
    )(folder)
    return folder


@pytest.fixture(scope="module")
def found(scans) -> Index:
    return index(scans, cache=False)


@pytest.fixture(scope="module")
def ready(found, tmp_path_factory):
    out = tmp_path_factory.mktemp("ready") / "out"
    prepare(found, RECIPE, out, jobs=1)
    return out


def parts_of(made):
    """For each fold its parts, the test set with each."""
    return [{"train": set(one.train), "val": set(one.val), "test": set(made.test)} for one in made.folds]


def test_a_split_of_a_set_shares_no_patient_and_passes_the_audit(ready, found, tmp_path):
    made = split(ready, folds=3, test=0.2, seed=5)
    path = made.save(tmp_path / "split.json")
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["seed"] == 5
    assert written["by"] == "patient"
    assert [sorted(one) for one in written["folds"]] == [["train", "val"]] * 3
    for parts in parts_of(made):
        assert sum(map(len, parts.values())) == 21
        assert len(set.union(*parts.values())) == 21
        assert all(parts.values())
    assert check(ready, split=path, select=["LEK003"], pixels=True) == []
    broken = json.loads(path.read_text(encoding="utf-8"))
    stray = broken["folds"][0]["train"].pop()
    broken["folds"][0]["val"].append(stray)
    path.write_text(json.dumps(broken), encoding="utf-8")
    assert check(found, split=path, select=["LEK003"], pixels=True)


def test_a_source_is_split_as_its_set_will_be(ready, found):
    assert split(found, folds=3, seed=5).to_json() == split(ready, folds=3, seed=5).to_json()


def test_the_seed_decides_and_is_all_that_does(ready):
    one, again, other = (split(ready, folds=3, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one.folds != other.folds


def test_copies_stay_together_by_whatever_name(ready):
    """The copy's patient is another: only its pixels tell."""
    said = split(ready, folds=3, by="case").told
    assert any("same picture" in one for one in said)
    assert split(ready, folds=3, by="case").units == 20
    assert split(ready, folds=3, by="case", pixels=False).units == 21
    assert split(ready, folds=3).units == 10  # eight patients, one of them copied as P8's, and two by names


def test_groups_are_held_out_whole(ready):
    made = split(ready, folds=2, test=0.3, group="manufacturer")
    import polars as pl

    table = pl.read_parquet(ready / "cases.parquet")
    maker = dict(table.select("case", "manufacturer").iter_rows())
    for parts in parts_of(made):
        held = [maker[name] for part in parts.values() for name in {maker[one]: one for one in part}.values()]
        known = [one for one in held if one]
        assert len(known) == len(set(known))
    assert any("no manufacturer" in one for one in made.told)


def test_what_keeps_too_much_together_is_named(ready):
    with pytest.raises(WrongUse, match="too much belongs together") as caught:
        split(ready, folds=9, group="site")
    assert f"without --group site there are {split(ready, folds=1).units}" in caught.value.advice
    with pytest.raises(WrongUse) as caught:
        split(ready, folds=20, by="case")
    assert "with --no-pixels, which parts copies of one picture, there are 21" in caught.value.advice
    assert "--group" not in caught.value.advice


def test_labels_are_balanced(ready):
    """Label 1 is in patient 0's two cases, 2 and 4 in patient 1's: one of the two patients each fold."""
    made = split(ready, folds=2, test=0, stratify="labels")
    labelled = [sorted(name[:10] for name in one.val if name.startswith("patient")) for one in made.folds]
    assert sorted(labelled) == [["patient000"] * 2, ["patient001"] * 2]


def test_rare_classes_are_in_every_part():
    rng = np.random.default_rng(0)
    counts = np.ones((100, 3))
    counts[:, 1] = rng.permutation(100) < 5
    counts[:, 2] = 1 - counts[:, 1]
    part = deal(counts, np.full(5, 0.2), np.random.default_rng(1))
    assert np.bincount(part).tolist() == [20] * 5
    assert np.bincount(part, weights=counts[:, 1]).tolist() == [1] * 5


def test_dealing_is_better_than_chance_where_units_differ():
    rng = np.random.default_rng(3)
    counts = np.concatenate((rng.integers(1, 5, (60, 1)), rng.integers(0, 3, (60, 6))), axis=1).astype(float)
    shares = np.array([0.16] * 5 + [0.2])
    wanted = shares[:, None] * counts.sum(axis=0)

    def off(part):
        held = np.stack([counts[part == at].sum(axis=0) for at in range(6)])
        return float(((held - wanted) ** 2 / wanted).sum())

    by_chance = [off(rng.choice(6, 60, p=shares)) for _ in range(300)]
    assert off(deal(counts, shares, np.random.default_rng(0))) < min(by_chance) / 5


def test_no_part_is_empty():
    counts = np.array([[30.0]] + [[1.0]] * 4)
    assert sorted(set(deal(counts, np.full(5, 0.2), np.random.default_rng(0)).tolist())) == [0, 1, 2, 3, 4]


def test_what_shares_a_key_is_one_unit():
    assert units([["a"], ["b"], ["a", "c"], ["c"], []]) == [[0, 2, 3], [1], [4]]


def test_numbers_of_many_values_are_cut_into_quarters():
    import polars as pl

    table = pl.DataFrame(
        {"case": [str(n) for n in range(40)], "size": list(range(40)), "word": ["a", "b"] * 20}
    )
    made = features(table, ["size", "word"], {})
    assert made.shape == (40, 1 + 4 + 2)
    assert made[:, 1:5].sum(axis=0).tolist() == pytest.approx([10] * 4, abs=1)
    with pytest.raises(WrongUse, match="no such column"):
        features(table, ["other"], {})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sub-03/anat/sub-03_T1w.nii.gz", "sub-03/sub-03_T2w.nii.gz", True),
        ("sub-03/anat/sub-03_T1w.nii.gz", "sub-04/anat/sub-04_T1w.nii.gz", False),
        ("a/patient007_frame01.nii.gz", "b/patient007_frame12.nii.gz", True),
        ("p7_ct.nii.gz", "p7_pet.nii.gz", True),
        ("p7/t1.nii.gz", "p7/flair.nii.gz", True),
        ("p7/t1.nii.gz", "p8/t1.nii.gz", False),
        ("case_0001.nii.gz", "case_0002.nii.gz", False),
        ("imagesTr/p7_0000.nii.gz", "imagesTr/p7_0001.nii.gz", True),
        ("imagesTr/p7_0000.nii.gz", "imagesTr/p8_0000.nii.gz", False),
        ("liver_10_0000.nii.gz", "liver_11_0000.nii.gz", False),
        ("ct_1001.nii.gz", "ct_1002.nii.gz", False),
    ],
)
def test_names_say_whose_they_are(one, other, same):
    first, second = whose_name(one), whose_name(other)
    assert (first is not None and first == second) is same


def test_another_split_is_not_written_over(ready, tmp_path):
    path = tmp_path / "split.json"
    split(ready, folds=2, seed=1).save(path)
    split(ready, folds=2, seed=1).save(path)
    with pytest.raises(WrongUse, match="another split"):
        split(ready, folds=2, seed=2).save(path)
    split(ready, folds=2, seed=2).save(path, replace=True)
    assert json.loads(path.read_text(encoding="utf-8"))["seed"] == 2


def test_nnunets_file_is_a_list_of_folds(ready, tmp_path):
    made = split(ready, folds=2, test=0)
    path = made.save(tmp_path / "splits_final.json", layout="nnunet")
    content = json.loads(path.read_text(encoding="utf-8"))
    assert [sorted(one) for one in content] == [["train", "val"]] * 2
    assert check(ready, split=path, select=["LEK003"]) == []


def test_one_fold_trains_on_all_that_is_not_tested(ready):
    made = split(ready, folds=1, test=0.3)
    (fold,) = made.folds
    assert fold.val == ()
    assert len(fold.train) + len(made.test) == 21


@pytest.mark.parametrize(
    "more", [{"folds": 0}, {"test": 1.0}, {"by": "site"}, {"seed": -1}, {"group": "colour"}]
)
def test_senseless_arguments_are_refused(ready, more):
    with pytest.raises(WrongUse):
        split(ready, **more)
