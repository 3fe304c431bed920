"""Recipes whose numbers come from the training cases: which cases those are, what is left, and resuming."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hospital import contents, run, write_image, write_labels

import scan2train as s2t
from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.index import index
from scan2train.learn.cases_of_split import cases_of_split
from scan2train.read import read
from scan2train.recipe import Recipe

ASKED = Recipe.from_json(
    {
        "name": "fitted",
        "step": [
            {"do": "reorient", "to": "LPS"},
            {"do": "clip_percentile", "over": "dataset", "within": "labels", "lower": 1, "upper": 99},
            {"do": "zscore", "over": "dataset", "within": "labels"},
        ],
    }
)
TRAIN, VAL, TEST = ("a", "b", "c"), ("d",), ("e",)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    for at, name in enumerate((*TRAIN, *VAL, *TEST)):
        shape = (11 + at, 9, 8)
        write_image(folder / "imagesTr" / f"{name}_0000.nii.gz", shape, seed=at)
        write_labels(folder / "labelsTr" / f"{name}.nii.gz", shape, seed=at)
    folds = [{"train": TRAIN, "val": VAL}, {"train": (*VAL, "a"), "val": ("b", "c")}]
    (folder / "split.json").write_text(json.dumps({"seed": 0, "by": "patient", "folds": folds, "test": TEST}))
    (folder / "plain.json").write_text(json.dumps({"train": TRAIN, "val": VAL, "test": TEST}))
    return folder


def _by_hand(source, names):
    cases = [
        (
            read(source / "imagesTr" / f"{one}_0000.nii.gz"),
            read(source / "labelsTr" / f"{one}.nii.gz", as_labels=True),
        )
        for one in names
    ]
    return ASKED.fit(cases)


def test_training_cases_alone_are_fitted_on_whatever_the_number_of_jobs(source, tmp_path):
    expected = _by_hand(source, TRAIN)
    one = run(source, tmp_path / "one", ASKED, split=source / "split.json", fold=0)
    run(source, tmp_path / "two", ASKED, split=source / "plain.json", jobs=2)
    one.raise_for_failures()
    assert Recipe.load(tmp_path / "one" / "recipe.toml").steps == expected.steps
    fitted = s2t.fit(index(source, cache=False), ASKED, split=source / "split.json", fold=0, jobs=1)
    assert fitted.steps == expected.steps
    assert contents(tmp_path / "one", also=("dataset.json",)) == contents(
        tmp_path / "two", also=("dataset.json",)
    )
    assert one.fitted == "The numbers of step 2 and step 3 were fitted on 3 of 3 training cases of fold 0."
    text = (tmp_path / "two" / "recipe.toml").read_text()
    assert text.startswith(
        "# The numbers of step 2 and step 3 were fitted on 3 of 3 training cases. fit.json"
    )
    parts = dict(zip(one.cases["case"], one.cases["split"], strict=True))
    assert parts == {**dict.fromkeys(TRAIN, "train"), "d": "val", "e": "test"}
    assert one.split == "split of fold 0: 3 train, 1 val, 1 test"
    counts = json.loads((tmp_path / "one" / "dataset.json").read_text())["counts"]
    assert [counts[part] for part in ("train", "val", "test")] == [3, 1, 1]


def test_another_fold_gives_other_numbers(source):
    given = {"split": source / "split.json", "jobs": 1}
    found = index(source, cache=False)
    assert s2t.fit(found, ASKED, fold=1, **given).steps == _by_hand(source, ("a", "d")).steps
    assert s2t.fit(found, ASKED, fit_on="all", **given, fold=1).steps == _by_hand(source, "abcde").steps
    with pytest.raises(WrongUse, match="which fold"):
        s2t.fit(found, ASKED, **given)
    with pytest.raises(WrongUse, match="no such fold"):
        s2t.fit(found, ASKED, fold=2, **given)


def test_a_fold_of_no_split_is_refused_also_where_nothing_waits(source, tmp_path):
    with pytest.raises(WrongUse, match="no split is given"):
        run(source, tmp_path / "out", fold=1)
    assert not (tmp_path / "out").exists()


def test_going_on_fits_again_only_where_something_changed(source, tmp_path, monkeypatch):
    out, given = tmp_path / "out", {"split": source / "split.json", "fold": 0}
    first = run(source, out, ASKED, **given)
    before = contents(out, also=("recipe.toml", "dataset.json", "fit.json"))

    def never(*_):
        raise AssertionError("fitted again")

    with monkeypatch.context() as patched:
        patched.setattr("scan2train.preparing.fit_recipe.contribute", never)
        again = run(source, out, ASKED, **given)
    assert again.fitted == first.fitted
    assert contents(out, also=("recipe.toml", "dataset.json", "fit.json")) == before
    told = (out / "fit.json").read_text()
    for other in (
        '{"key": ',
        told.replace('"b"', '"e"'),
    ):  # cut off, or changed: it is fitted again, to the same
        (out / "fit.json").write_text(other)
        run(source, out, ASKED, **given)
    assert contents(out, also=("recipe.toml", "dataset.json", "fit.json")) == before


def test_a_case_replays_without_the_data_set(source, tmp_path):
    out = tmp_path / "out"
    run(source, out, ASKED, split=source / "plain.json")
    account = Recipe.load(out / "cases" / "d" / "account.json")
    ready, _ = account.run(read(source / "imagesTr" / "d_0000.nii.gz"))
    np.testing.assert_array_equal(ready.array, read(out / "cases" / "d" / "image.nii.gz").array)


def test_what_was_fitted_on_is_held_against_the_split_that_is_trained_with(source, tmp_path):
    out = tmp_path / "out"
    run(source, out, ASKED, split=source / "split.json", fold=0)
    assert len(cases_of_split(out, "train", None)) == 3  # by the column of the set itself
    (out / "split.json").write_bytes((source / "split.json").read_bytes())
    assert len(cases_of_split(out, "test", 0)) == 1
    for part in ("train", "val", "test"):
        with pytest.raises(
            WrongUse, match=r"fold 1 of split.json; found 2 of 3 .*fold 0.*: b \(val\), c \(val\)"
        ):
            cases_of_split(out, part, 1)
    s2t.plan(out)  # of all folds together the test alone is held out
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"train": ["b", "d", "e"], "test": ["a"]}))
    for ask in (s2t.plan, s2t.Envelope.learn):
        with pytest.raises(WrongUse, match=r"other.json; found 1 of 3 .*: a \(test\)"):
            ask(out, split=other)


def test_a_replay_writes_down_again_what_was_fitted_on(source, tmp_path):
    out = tmp_path / "out"
    run(source, out, ASKED, split=source / "split.json", fold=0)
    assert s2t.replay(out, tmp_path / "again", jobs=1).same
    assert contents(tmp_path / "again", also=("recipe.toml", "dataset.json", "fit.json")) == contents(
        out, also=("recipe.toml", "dataset.json", "fit.json")
    )
    assert s2t.verify(tmp_path / "again").same
    told = json.loads((out / "fit.json").read_text())
    told["step"][-1]["mean"] += 1  # other numbers than those of the recipe
    (out / "fit.json").write_text(json.dumps(told))
    assert [change.path for change in s2t.verify(out).changes] == ["fit.json"]
    assert [change.path for change in s2t.replay(out, tmp_path / "third", jobs=1).changes] == ["fit.json"]


def test_without_a_word_on_training_cases_nothing_is_made(source, tmp_path):
    with pytest.raises(WrongUse, match=r"nobody says which.*step 2, clip_percentile.*--split"):
        run(source, tmp_path / "out", ASKED)
    assert not (tmp_path / "out").exists()
    made = run(source, tmp_path / "out", ASKED, fit_on="all")
    assert "on 5 of 5 cases, without regard to any split" in made.fitted


def test_cases_that_cannot_be_read_are_told_and_those_without_labels_refused(tmp_path):
    split = tmp_path / "split.json"
    folder = tmp_path / "set"
    for at, name in enumerate("ab"):
        write_image(folder / "imagesTr" / f"{name}_0000.nii.gz", seed=at)
        write_labels(folder / "labelsTr" / f"{name}.nii.gz", seed=at)
    split.write_text('{"train": ["a", "b"], "test": []}')
    whole = folder / "imagesTr" / "b_0000.nii.gz"
    whole.write_bytes(whole.read_bytes()[:-3000])
    made = run(folder, tmp_path / "out", ASKED, split=split)
    assert "on 1 of 2 training cases" in made.fitted
    assert json.loads((tmp_path / "out" / "fit.json").read_text())["left_out"] == ["b"]
    assert made.n_failed == 1
    (folder / "labelsTr" / "a.nii.gz").unlink()
    with pytest.raises(Scan2TrainError, match=r"case a: .*has none"):
        run(folder, tmp_path / "other", ASKED, split=split)


def test_a_split_that_does_not_fit_the_set_is_refused(source, tmp_path):
    split = tmp_path / "split.json"
    for content, said in (
        ({"train": ["a", "zz"]}, "zz"),
        ({"train": ["a"], "val": ["a"]}, "a: train and val"),
    ):
        split.write_text(json.dumps(content))
        with pytest.raises(WrongUse, match=said):
            run(source, tmp_path / "out", split=split)
    split.write_text('{"train": ["a", "b"], "val": ["e"]}')
    made = run(source, tmp_path / "out", split=split, where="path NOT LIKE '%b_0000%'")
    assert made.split == "split: 1 train, 1 val; 2 in no part"
