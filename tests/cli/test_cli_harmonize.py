"""``harmonize`` as a user runs it: files, tables and figures that come out, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from blurred_body import body
from scan2train.cli.app import app
from scan2train.read import read
from scan2train.recipe import Recipe
from scan2train.write import write
from seeded_features import seeded


def run(*words, code=0):
    done = CliRunner().invoke(app, ["harmonize", *(str(word) for word in words)])
    assert done.exit_code == code, done.output
    return done


def is_picture(path):
    return path.read_bytes().startswith(b"\x89PNG")


@pytest.fixture(scope="module")
def bodies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bodies")
    for name, sigma_mm in (("sharp", 0.5), ("soft", 1.0)):
        (folder / name).mkdir()
        write(body(sigma_mm, (0.9, 0.8, 3.0)), folder / name / f"{name}.nii.gz")
    return folder


def test_smooth_brings_one_kernel_to_another(bodies, tmp_path):
    out = tmp_path / "out"
    done = run(
        "smooth", bodies / "sharp", "--to", bodies / "soft", "-o", out, "--unit", "HU", "--format", "json"
    )
    told = json.loads(done.stdout)
    (scan,) = told["scans"]
    assert told["target_mm"] == pytest.approx(1.0, rel=0.05)
    assert scan["sigma_after_mm"] == pytest.approx(told["target_mm"], rel=0.03)
    assert scan["noise_after_hu"] < scan["noise_before_hu"] / 2
    assert is_picture(out / "effect.png")
    again, _ = Recipe.load(out / "sharp.json").run(read(bodies / "sharp" / "sharp.nii.gz"))
    np.testing.assert_array_equal(read(out / "sharp.nii.gz").array, again.array)
    assert (
        "holds such files already" in run("smooth", bodies / "sharp", "--to", "1", "-o", out, code=2).stderr
    )


def test_smooth_says_what_it_leaves_and_what_it_cannot_measure(bodies, tmp_path):
    done = run("smooth", bodies / "soft", "--to", "0.6", "-o", tmp_path / "a", "--unit", "HU")
    assert "soft is as smooth already, and stays as it is" in done.stderr
    done = run("smooth", bodies / "soft", "--to", "0.6", "-o", tmp_path / "b", code=2)
    assert "cannot measure this scan" in done.stderr
    assert (
        "--unit HU"
        in run("smooth", bodies / "soft", "--to", bodies / "soft", "-o", tmp_path / "c", code=2).stderr
    )
    assert "would lie in the source" in run("smooth", bodies, "--to", "1", "-o", bodies / "x", code=2).stderr


def test_histogram_prints_a_step_that_does_the_same(bodies, tmp_path):
    done = run(
        "histogram", bodies / "soft", "--to", bodies / "sharp", "-o", tmp_path / "out", "--over", "volume"
    )
    step = done.stdout.split("\n\n")[0]
    ready, _ = Recipe.from_toml(step).run(read(bodies / "soft" / "soft.nii.gz"))
    np.testing.assert_array_equal(read(tmp_path / "out" / "soft.nii.gz").array, ready.array)
    assert is_picture(tmp_path / "out" / "effect.png")
    scan, before, after = done.stdout.splitlines()[-1].split()
    assert scan == "soft"
    assert float(after) == 0 < float(before)
    assert "warning" not in done.stderr  # a NIfTI says of no HU


def test_histogram_warns_where_it_takes_hu_away_and_smooth_says_why_it_cannot_measure(tmp_path):
    write(body(0.5, (2.4, 2.6, 3.0)), tmp_path / "ct", "dicom")
    done = run("histogram", tmp_path / "ct", "--to", tmp_path / "ct", "-o", tmp_path / "out")
    assert "warning: 1 scan in HU" in done.stderr
    done = run("smooth", tmp_path / "ct", "--to", tmp_path / "ct", "-o", tmp_path / "soft", code=2)
    assert "pixels of 2.6 mm" in done.stderr


def test_combat_is_fitted_on_training_rows_and_applied_to_new_ones(tmp_path):
    table = pl.DataFrame(seeded()).with_row_index("case")
    table = table.with_columns(
        split=pl.when(pl.col("case") < 18).then(pl.lit("train")).otherwise(pl.lit("test"))
    )
    table.write_csv(tmp_path / "all.csv")
    (tmp_path / "split.json").write_text(json.dumps({"folds": [{"train": [str(n) for n in range(18)]}]}))
    asked = ("combat", tmp_path / "all.csv", "--batch", "site", "--keep", "sex", "--features", "f0,f1,f2")
    made = {}
    for name, said in (("column", "split=train"), ("file", tmp_path / "split.json")):
        out, model = tmp_path / f"{name}.csv", tmp_path / f"{name}.json"
        done = run(*asked, "--fit-on", said, "-o", out, "--save", model, "--format", "json")
        assert json.loads(done.stdout)["rows"] == 12
        made[name] = out.read_bytes()
    assert made["column"] == made["file"]
    assert is_picture(tmp_path / "column.png")
    test = table.filter(pl.col("split") == "test")
    test.write_parquet(tmp_path / "test.parquet")
    run(
        "combat", tmp_path / "test.parquet", "--apply", tmp_path / "file.json", "-o", tmp_path / "new.parquet"
    )
    whole = pl.read_csv(tmp_path / "file.csv").filter(pl.col("split") == "test")
    new = pl.read_parquet(tmp_path / "new.parquet")
    np.testing.assert_allclose(
        new.select("f0", "f1", "f2").to_numpy(), whole.select("f0", "f1", "f2").to_numpy()
    )
    assert new.select("age", "f3").equals(test.select("age", "f3"))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--batch", "scanner"), "no column 'scanner'"),
        ((), "which column is the batch"),
        (("--batch", "site", "--fit-on", "split=train"), "rows to fit on are not said"),
        (("--apply", "all.csv"), "model cannot be read"),
        (("--batch", "site", "--apply", "all.csv"), "is not fitted"),
    ],
)
def test_combat_refuses_what_cannot_be_meant(words, why, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pl.DataFrame(seeded()).write_csv("all.csv")
    assert why in run("combat", "all.csv", "-o", "out.csv", *words, code=2).stderr
