"""Folders: which prediction is of which case, what is missing, and scores over cases."""

from __future__ import annotations

import json

import numpy as np
import pytest

import scan2train as s2t
from scan2train.errors import CasesFailed, NoImages, UnreadableFile, WrongUse
from scan2train.evaluating.case import Wanted
from scan2train.evaluating.pairs import names_told, pairs_of
from scan2train.evaluating.pictures import draw_worst
from scan2train.evaluating.run import run
from scan2train.evaluating.score import Score
from scan2train.evaluating.summary import DRAWS, summary_of


def put(path, first=2, value=1):
    array = np.zeros((9, 8, 7), np.uint8)
    array[first : first + 4, 2:6, 1:5] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    s2t.write(s2t.Labels.from_array(array, (1.0, 1.5, 2.0)), path)


def paired(predictions, truths):
    pairs, strange = pairs_of(predictions, truths)
    below = {one.case: one.prediction and one.prediction.relative_to(predictions).as_posix() for one in pairs}
    return below, [path.name for path in strange]


def test_names_as_nnunet_leaves_them(tmp_path):
    for name in ("ct_10", "ct_2", "ct_3"):
        put(tmp_path / "labelsTs" / f"{name}.nii.gz")
    for name in ("ct_10", "ct_2", "other"):
        put(tmp_path / "pred" / f"{name}.nii.gz")
    (tmp_path / "pred" / "plans.json").write_text("{}")
    expected = {"ct_2": "ct_2.nii.gz", "ct_3": None, "ct_10": "ct_10.nii.gz"}
    assert paired(tmp_path / "pred", tmp_path / "labelsTs") == (expected, ["other.nii.gz"])


def test_a_folder_a_case_and_words_that_say_what_a_file_is(tmp_path):
    for case in ("a", "b"):
        put(tmp_path / "truth" / case / "image.nii.gz")
        put(tmp_path / "truth" / case / "labels.nii.gz")
        put(tmp_path / "pred" / f"{case}_pred.nii.gz")
    assert paired(tmp_path / "pred", tmp_path / "truth") == (
        {"a": "a_pred.nii.gz", "b": "b_pred.nii.gz"},
        [],
    )


def test_a_data_set_is_entered(tmp_path):
    put(tmp_path / "set" / "labelsTr" / "a.nii.gz")
    put(tmp_path / "set" / "imagesTr" / "a_0000.nii.gz")
    put(tmp_path / "pred" / "a.nii.gz")
    assert paired(tmp_path / "pred", tmp_path / "set") == ({"a": "a.nii.gz"}, [])


def test_one_file_beside_a_folder_is_its_own_case_alone(tmp_path):
    for case in ("a", "b"):
        put(tmp_path / "truth" / f"{case}.nii.gz")
        put(tmp_path / "pred" / f"{case}.nii.gz")
    for given in (("pred/b.nii.gz", "truth"), ("pred", "truth/b.nii.gz")):
        pairs, strange = pairs_of(*(tmp_path / one for one in given))
        assert strange == ()
        assert [(one.case, one.truth.name, one.prediction.name) for one in pairs] == [
            ("b", "b.nii.gz", "b.nii.gz")
        ]


def test_names_that_do_not_agree_are_refused(tmp_path):
    put(tmp_path / "truth" / "a.nii.gz")
    put(tmp_path / "pred" / "b.nii.gz")
    with pytest.raises(WrongUse, match="expected names such as a; found b"):
        pairs_of(tmp_path / "pred", tmp_path / "truth")
    with pytest.raises(WrongUse, match="no such file"):
        pairs_of(tmp_path / "nowhere", tmp_path / "truth")


@pytest.mark.parametrize(
    ("predictions", "truths", "told"),
    [
        ("c1_pred c1_seg", "c1", "c1_pred.nii.gz and c1_seg.nii.gz"),
        ("c1", "c1_mask c1_seg", "c1_mask.nii.gz and c1_seg.nii.gz"),
        ("c1 c2", "c1_mask c1_seg c2", "c1_mask.nii.gz and c1_seg.nii.gz"),
    ],
)
def test_two_files_of_one_case_are_refused(tmp_path, predictions, truths, told):
    for folder, names in (("pred", predictions), ("truth", truths)):
        for name in names.split():
            put(tmp_path / folder / f"{name}.nii.gz")
    with pytest.raises(WrongUse, match=f"could be those of one case.*{told}"):
        pairs_of(tmp_path / "pred", tmp_path / "truth")


def test_a_name_as_it_stands_goes_before_its_words(tmp_path):
    for name in ("c1", "c1_seg"):
        put(tmp_path / "pred" / f"{name}.nii.gz")
    for name in ("c1", "c2_mask", "c2_seg"):  # no prediction could be of either c2
        put(tmp_path / "truth" / f"{name}.nii.gz")
    expected = {"c1": "c1.nii.gz", "c2_mask": None, "c2_seg": None}
    assert paired(tmp_path / "pred", tmp_path / "truth") == (expected, ["c1_seg.nii.gz"])


@pytest.mark.parametrize(
    "told", [{"background": 0, "liver": 1, "both": [1, 2]}, {"0": "background", "1": "liver"}]
)
def test_names_of_labels_from_dataset_json(tmp_path, told):
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": told}))
    (tmp_path / "labelsTr").mkdir()
    assert names_told(tmp_path / "labelsTr") == {1: "liver"}


def test_a_case_without_prediction_is_scored_as_empty_and_said(tmp_path):
    for case in ("a", "b", "c"):
        put(tmp_path / "truth" / f"{case}.nii.gz")
    put(tmp_path / "pred" / "a.nii.gz")
    put(tmp_path / "pred" / "b.nii.gz", first=3, value=2)
    made = run(tmp_path / "pred", tmp_path / "truth", Wanted())
    assert made.missing == ("c",)
    of_c = {one.metric: one for one in made.scores if (one.case, one.label) == ("c", 1)}
    assert (of_c["dice"].value, of_c["dice"].note) == (0.0, "missed; no prediction")
    assert (of_c["hd"].value, of_c["hd"].note) == (None, "missed; no prediction")
    # Label 2, which only the prediction of b has, is empty in both masks of the others.
    assert {one.note for one in made.scores if (one.case, one.label) == ("a", 2)} == {"both empty"}
    dice = next(one for one in made.summary if (one.label, one.metric) == (1, "dice"))
    assert (dice.n, dice.null, dice.missed, dice.mean) == (3, 0, 2, 1 / 3)
    with pytest.raises(CasesFailed, match=r"1 of 3 cases.*c: no prediction"):
        made.raise_for_failures()


def test_what_the_truth_ignores_is_not_scored(tmp_path):
    """Three of eleven planes are ignored; there the prediction is wrong, and elsewhere right but for one plane."""
    truth, prediction = np.zeros((11, 9, 8), np.uint8), np.zeros((11, 9, 8), np.uint8)
    truth[2:7, 2:6, 1:5], prediction[2:6, 2:6, 1:5] = 1, 1
    truth[8:], prediction[8:], prediction[7, 0, 0] = 4, 1, 4
    for place, array in (("labelsTs", truth), ("pred", prediction)):
        (tmp_path / place).mkdir()
        for case, one in (("a", array), ("b", np.where(array == 4, 0, array))):
            s2t.write(s2t.Labels.from_array(one, (1.0, 1.5, 2.0)), tmp_path / place / f"{case}.nii.gz")
    told = {"labels": {"background": 0, "liver": 1, "ignore": 4}}
    (tmp_path / "dataset.json").write_text(json.dumps(told))
    made = run(tmp_path / "pred", tmp_path / "labelsTs", Wanted())
    assert (made.ignored, {one.label for one in made.scores}) == ((4,), {1})
    dice = {one.case: one for one in made.scores if one.metric == "dice"}
    assert dice["a"].value == pytest.approx(2 * 4 / (4 + 5))
    assert dice["a"].note == "where the truth is 4, 'ignore', nothing is scored"
    assert (dice["b"].note, dice["b"].value < dice["a"].value) == ("", True)
    assert made.to_json()["settings"]["ignored"] == [4]
    asked = run(tmp_path / "pred", tmp_path / "labelsTs", Wanted(labels=(1, 4)))
    assert asked.ignored == ()
    assert {one.label for one in asked.scores if one.truth} == {1, 4}
    (drawn,) = draw_worst(made, tmp_path / "drawn", None, 1)
    assert drawn.name == "01_b.png"


def test_each_case_has_the_measures_of_its_own_unit_alone(tmp_path):
    for case, value in (("flat", 1), ("solid", 2)):
        array = np.zeros((9, 8, 1 if case == "flat" else 7), np.uint8)
        array[2:6, 2:6, :4] = value
        grid = s2t.Grid(
            array.shape, np.diag([1.0, 1.0 if case == "flat" else 1.5, 1, 1]), physical=case == "solid"
        )
        for place in ("truth", "pred"):
            (tmp_path / place).mkdir(exist_ok=True)
            suffix = ".png" if case == "flat" else ".nii.gz"
            s2t.write(s2t.Labels(array=array, grid=grid), tmp_path / place / f"{case}{suffix}")
    made = run(tmp_path / "pred", tmp_path / "truth", Wanted())
    units = {(one.case, one.label): {} for one in made.scores}
    for one in made.scores:
        units[one.case, one.label][one.metric] = one.unit
    for case, unit, ours, others in (
        ("flat", "px", "nsd@2px", "nsd@2mm"),
        ("solid", "mm", "nsd@2mm", "nsd@2px"),
    ):
        for label in (1, 2):
            assert units[case, label]["hd"] == unit
            assert ours in units[case, label]
            assert others not in units[case, label]
    rows = {(one.label, one.metric, one.unit): one for one in made.summary}
    assert rows[1, "dice", "1"].null == 1
    assert [(rows[1, "hd", unit].n, rows[1, "hd", unit].null) for unit in ("px", "mm")] == [(1, 0), (0, 1)]
    assert rows[None, "hd", "mm"].n == rows[None, "hd", "px"].n == 1


def test_a_case_that_fails_leaves_the_others(tmp_path):
    for case in ("a", "b"):
        put(tmp_path / "truth" / f"{case}.nii.gz")
        put(tmp_path / "pred" / f"{case}.nii.gz")
    whole = (tmp_path / "pred" / "b.nii.gz").read_bytes()
    (tmp_path / "pred" / "b.nii.gz").write_bytes(whole[: len(whole) // 2])
    made = run(tmp_path / "pred", tmp_path / "truth", Wanted())
    assert list(made.failed) == ["b"]
    assert {one.case for one in made.scores} == {"a"}
    with pytest.raises(CasesFailed):
        s2t.evaluate(tmp_path / "pred", tmp_path / "truth")
    (tmp_path / "pred" / "a.nii.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NoImages, match="not a single case"):
        run(tmp_path / "pred", tmp_path / "truth", Wanted())


def test_why_the_only_case_fails_is_told(tmp_path):
    put(tmp_path / "truth.nii.gz")
    with pytest.raises(UnreadableFile, match=r"nowhere\.nii\.gz"):
        run(tmp_path / "nowhere.nii.gz", tmp_path / "truth.nii.gz", Wanted())


@pytest.mark.slow
def test_several_processes_give_the_same(tmp_path):
    for n, case in enumerate(("a", "b", "c")):
        put(tmp_path / "truth" / f"{case}.nii.gz")
        put(tmp_path / "pred" / f"{case}.nii.gz", first=2 + n)
    one, two = (run(tmp_path / "pred", tmp_path / "truth", Wanted(), jobs=jobs) for jobs in (1, 2))
    assert one == two


def score(case, value, label=1):
    return Score(case=case, label=label, metric="dice", value=value, unit="1", truth=5, prediction=5)


def test_the_interval_is_that_of_the_bootstrap():
    values = np.random.default_rng(4).normal(0.8, 0.05, 40)
    row, *more = summary_of([score(f"c{n}", float(value)) for n, value in enumerate(values)], seed=3)
    assert more == []
    drawn = np.random.default_rng(3).integers(0, 40, (DRAWS, 40))
    assert (row.low, row.high) == pytest.approx(np.percentile(values[drawn].mean(axis=1), (2.5, 97.5)))
    # Of so many cases it is near that of the normal distribution.
    half = 1.96 * values.std(ddof=1) / np.sqrt(40)
    assert (row.low, row.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 4)
    assert (row.sd, row.median) == pytest.approx((values.std(ddof=1), np.median(values)))


def test_the_mean_over_labels_is_first_taken_in_each_case():
    given = [score("a", 0.5, 1), score("a", 0.7, 2), score("b", 1.0, 1), score("b", None, 2)]
    row = summary_of(given)[-1]
    assert (row.label, row.n, row.null) == (None, 2, 0)
    assert row.mean == pytest.approx((0.6 + 1.0) / 2)


def test_no_value_is_counted_and_one_has_no_interval():
    row = summary_of([score("a", 0.5), score("b", None)])[0]
    assert (row.n, row.null, row.mean, row.low, row.high, row.sd) == (1, 1, 0.5, None, None, None)
