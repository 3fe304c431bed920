"""The classifier of phases: it learns from corrected rows, and says what it does not know."""

import json

import numpy as np
import polars as pl
import pytest

import scan2train as s2t
from scan2train.errors import WrongUse
from scan2train.testing.small import small_series, together
from scan2train.tools.phases.classifier import Classifier
from scan2train.tools.phases.features import MEASURED, features_of

#: Phases of a team's own, at HU that nobody's rules know.
BLOOD = {"early": 260.0, "late": 150.0, "washout": 95.0}


def rows(phases, n=6, seed=3):
    rng = np.random.default_rng(seed)
    made = []
    for name in phases:
        for number in range(n):
            row = dict.fromkeys((*MEASURED, "by_words", "by_times", "by_picture"))
            row |= {"blood_hu": BLOOD[name] + rng.normal(0, 12), "liver_hu": 90 + rng.normal(0, 5)}
            row |= {"volume": f"{name}{number}", "correction": name, "phase": name}
            made.append(row)
    return made


@pytest.fixture(scope="module")
def model():
    return Classifier.train(rows(BLOOD))


def test_it_tells_what_it_has_learnt(model):
    fresh = rows(BLOOD, n=8, seed=11)
    told = [max(shares, key=shares.get) if shares else "" for shares, _ in map(model.tell, fresh)]
    right = [one == row["phase"] for one, row in zip(told, fresh, strict=True) if one]
    assert len(right) >= 16
    assert np.mean(right) >= 0.9


@pytest.mark.parametrize("phases", [("early", "late"), tuple(BLOOD)])
def test_its_chances_are_those_of_scikit_learn_and_survive_the_file(tmp_path, phases):
    from sklearn.ensemble import GradientBoostingClassifier

    taught = sorted(rows(phases), key=lambda row: row["volume"])
    model = Classifier.train(taught[::-1])
    table = np.nan_to_num(np.array([features_of(row) for row in taught]), nan=-1e6)
    theirs = GradientBoostingClassifier(
        init="zero", n_estimators=60, max_depth=3, learning_rate=0.1, random_state=0
    ).fit(table, [row["phase"] for row in taught])
    model.save(tmp_path / "model.json")
    again = Classifier.load(tmp_path / "model.json")
    assert again == model
    for row, chances in zip(taught, theirs.predict_proba(table), strict=True):
        shares, _ = again.tell(row)
        assert list(shares.values()) == pytest.approx(chances.tolist(), abs=1e-12)


def test_outside_of_what_it_saw_it_does_not_know(model):
    row = rows(["late"], n=1)[0]
    assert model.tell(row)[0]
    for change, word in (
        ({"blood_hu": 700.0}, "blood_hu 700, learnt between"),
        ({"urine_hu": 400.0}, "no row that it learnt from had"),
        (dict.fromkeys(MEASURED), "nothing was measured"),
    ):
        shares, words = model.tell(row | change)
        assert shares == {}
        assert word in words


def test_too_few_corrections_are_refused():
    with pytest.raises(WrongUse, match="too few corrected rows"):
        Classifier.train(rows(["early"]))
    with pytest.raises(WrongUse, match="2 late"):
        Classifier.train(rows(["early"]) + rows(["late"], n=2))


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data | {"version": 99},
        lambda data: data | {"features": ["age"]},
        lambda data: data | {"ranges": {}},
        lambda data: {name: cell for name, cell in data.items() if name != "rounds"},
        lambda data: data | {"rounds": [[data["rounds"][0][0] | {"left": [0] * 99}] * 3]},
    ],
)
def test_a_damaged_model_is_refused(tmp_path, model, harm):
    path = tmp_path / "model.json"
    model.save(path)
    path.write_text(json.dumps(harm(json.loads(path.read_text()))))
    with pytest.raises(WrongUse, match="model"):
        Classifier.load(path)


def test_a_table_is_learnt_from_and_the_model_asked(tmp_path):
    source, table, model = tmp_path / "scans", tmp_path / "phases.csv", tmp_path / "model.json"
    delays = {"early": "115940", "late": "115840"}
    together(
        *(
            small_series(
                series_description="Abdomen",
                series_number=n,
                below=f"s{n}",
                tags={"AcquisitionTime": f"12000{n % 5}", "ContrastBolusStartTime": delays[name]},
            )
            for n, name in enumerate(["early", "late"] * 4, 1)
        )
    )(source)
    found = s2t.phases(source, cache=False, pixels=False, out=table).table
    word = pl.when(pl.col("contrast_delay_s") < 40).then(pl.lit("early")).otherwise(pl.lit("late"))
    found.with_columns(correction=word).write_csv(table)
    beside = s2t.phases(source, cache=False, pixels=False, train=table).model
    assert beside == tmp_path / "phases.model.json"
    taught = s2t.phases(source, cache=False, pixels=False, train=table, model=model).table
    assert model.read_bytes() == beside.read_bytes()
    assert set(taught["by_model"]) == {"early", "late"}
    assert not any("against" in why for why in taught["evidence"])
    later = s2t.phases(source, cache=False, pixels=False, model=model).table
    assert later["by_model"].to_list() == taught["by_model"].to_list()
    assert later["phase"].to_list() == later["by_model"].to_list()
    right = later["by_model"] == later["contrast_delay_s"].lt(40).replace_strict(
        {True: "early", False: "late"}
    )
    assert right.all()
