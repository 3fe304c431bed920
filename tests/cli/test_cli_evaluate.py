"""``evaluate`` as it is called."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def places(tmp_path):
    """Three cases with predictions, moved by 0, 1 and 2 voxels of 1.5 mm."""
    for n in range(3):
        array = np.zeros((10, 9, 8), np.uint8)
        array[2:6, 2:6, 2:6] = 1
        for name, one in (("truth", array), ("pred", np.roll(array, n, axis=1))):
            (tmp_path / name).mkdir(exist_ok=True)
            mask = s2t.Labels.from_array(one, (1.0, 1.5, 2.0))
            s2t.write(mask, tmp_path / name / f"case_{n}.nii.gz")
    (tmp_path / "truth" / "dataset.json").write_text('{"labels": {"background": 0, "liver": 1}}')
    return tmp_path


def test_json_is_as_promised(places):
    done = run("evaluate", places / "pred", places / "truth", "--format", "json", "--tolerance", "1,2")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert {"definitions", "scores", "summary"} <= set(told)
    metrics = list(dict.fromkeys(one["metric"] for one in told["scores"]))
    assert metrics == list(told["definitions"])
    assert {"hd95", "nsd@1mm", "nsd@2mm"} <= set(metrics)
    first = told["scores"][0]
    assert {"case", "label", "metric", "value", "unit", "note"} <= set(first)
    assert (first["case"], first["label"], first["name"], first["value"]) == ("case_0", 1, "liver", 1.0)
    for one in told["definitions"].values():
        assert all(one[word] for word in ("id", "unit", "text", "both_empty", "one_empty"))
    hd = [one["value"] for one in told["scores"] if one["metric"] == "hd"]
    assert hd == pytest.approx([0, 1.5, 3.0])
    mean = next(one for one in told["summary"] if one["metric"] == "hd")
    assert mean["low"] < mean["mean"] < mean["high"]
    assert told["settings"]["seed"] == 0


def test_tables_hold_the_same(places):
    files = [places / f"s.{end}" for end in ("csv", "parquet", "json")]
    words = [word for file in files for word in ("-o", file)]
    assert run("evaluate", places / "pred", places / "truth", *words).exit_code == 0
    scores = json.loads(files[2].read_text())["scores"]
    for made in (pl.read_csv(files[0]), pl.read_parquet(files[1])):
        assert made["value"].to_list() == pytest.approx([one["value"] for one in scores], nan_ok=True)
        assert set(made["definition"]) == {one["definition"] for one in scores}
        assert made["one_empty"].str.len_chars().min() > 0
    assert pl.read_csv(places / "s.summary.csv")["metric"].to_list()[0] == "dice"


def test_text_tells_the_definition_beside_the_numbers(places):
    pair = (places / "pred" / "case_1.nii.gz", places / "truth" / "case_1.nii.gz")
    done = run("evaluate", *pair, "--definitions")
    assert done.exit_code == 0
    assert "hd95, mm" in done.stdout
    assert "hd95 (hd95.area.1, mm):" in done.stdout
    assert "one empty: no value, note 'missed'" in done.stdout


def test_the_table_is_not_buried_under_definitions(places):
    short = run("evaluate", places / "pred", places / "truth").stdout.splitlines()
    whole = run("evaluate", places / "pred", places / "truth", "--definitions").stdout.splitlines()
    table = short.index("")
    assert short[:table] == whole[:table]
    assert len(short) == table + 2
    assert all(
        word in short[-1] for word in ("by area", "none where one mask is empty", "--definitions", "-o")
    )
    worst = run("evaluate", places / "pred", places / "truth", "--empty", "worst", "--surface", "voxel")
    assert "by voxel, the image's diagonal where" in worst.stdout.splitlines()[-1]


def test_a_missing_prediction_is_told_and_ends_with_1(places):
    (places / "pred" / "case_2.nii.gz").unlink()
    done = run("evaluate", places / "pred", places / "truth")
    assert done.exit_code == 1
    assert "1 case without a prediction, scored as empty: case_2" in done.stdout


def test_the_worst_cases_are_drawn(places):
    done = run("evaluate", places / "pred", places / "truth", "--pictures", places / "drawn", "--worst", 2)
    assert done.exit_code == 0
    drawn = sorted(path.name for path in (places / "drawn").iterdir())
    assert drawn == ["01_case_2.png", "02_case_1.png"]
    assert (places / "drawn" / drawn[0]).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("-o", "truth/dataset.json"), "truth/dataset.json"),
        (("-o", "truth/new.csv"), None),
        (("-o", "plans.json"), "plans.json"),
        (("-o", "dataset.json"), "dataset.json"),
        (("-o", "pred/s.csv"), "pred/s.summary.csv"),
        (("--pictures", "pred/drawn"), None),
        (("--pictures", "truth"), None),
        (("--pictures", "images", "--images", "images"), None),
    ],
)
def test_sources_are_never_written(places, monkeypatch, words, kept):
    monkeypatch.chdir(places)
    (places / "images").mkdir()
    (places / "plans.json").symlink_to(places / "pred" / "plans.json")
    for name in ("dataset.json", "pred/plans.json", "pred/s.summary.csv"):
        (places / name).write_text('{"labels": {"liver": 1}}')
    before = {path: path.read_bytes() for path in places.rglob("*") if path.is_file()}
    done = run("evaluate", "pred", "truth", *words)
    assert (done.exit_code, "Sources are never written" in done.stderr) == (2, True)
    assert kept is None or places / kept in before
    assert {path: path.read_bytes() for path in places.rglob("*") if path.is_file()} == before


def test_scores_may_lie_beside_predictions(places):
    assert (
        run("evaluate", places / "pred", places / "truth", "-o", places / "pred" / "new.json").exit_code == 0
    )
    assert (places / "pred" / "new.json").exists()


def test_a_picture_replaces_no_mask(tmp_path):
    square = np.zeros((9, 8, 1), np.uint8)
    square[2:5, 2:6] = 1
    for name in ("a.png", "01_a.png"):
        s2t.write(
            s2t.Labels(array=square, grid=s2t.Grid(square.shape, np.eye(4), physical=False)), tmp_path / name
        )
    before = (tmp_path / "01_a.png").read_bytes()
    done = run("evaluate", tmp_path / "01_a.png", tmp_path / "a.png", "--pictures", tmp_path)
    assert (done.exit_code, "Sources are never written" in done.stderr) == (2, True)
    assert (tmp_path / "01_a.png").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--surface", "voxels"), "Did you mean voxel?"),
        (("--empty", "zero"), "--empty takes: null, worst"),
        (("--tolerance", "two"), "--tolerance takes numbers between commas"),
        (("--labels", "1.5"), "--labels takes whole numbers between commas"),
        (("--labels", "0,1"), "0 is the background"),
        (("--names", "liver"), "such as 1=liver"),
        (("-o", "scores.xlsx"), "ends in .csv, .parquet, .json"),
    ],
)
def test_what_cannot_be_meant_is_told(places, words, told):
    done = run("evaluate", places / "pred", places / "truth", *words)
    assert done.exit_code == 2
    assert told in done.output
