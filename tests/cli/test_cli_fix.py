"""`check --fix`: a choice and a recipe that `prepare` takes, and not a byte changed in the scans."""

from __future__ import annotations

import polars as pl
import pytest
from typer.testing import CliRunner

from scan2train.cli.app import app
from scan2train.prepare import prepare
from scan2train.recipe import Recipe
from scan2train.testing.small import small_series, together


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """A clean CT, one with a gap, and a tilted one."""
    folder = tmp_path_factory.mktemp("scans")
    together(
        small_series(below="clean"),
        small_series(below="=gap", patient="B", drop=(3,)),
        small_series(below="tilted", patient="C", tilt=0.8),
    )(folder)
    return folder


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def fixed(scans, tmp_path_factory):
    before = contents(scans)
    out = tmp_path_factory.mktemp("fix") / "new"
    done = run("check", scans, "--no-cache", "--no-pixels", "--isolated", "--fix", "-o", out)
    assert contents(scans) == before
    return done, out


def test_it_says_what_it_did_for_which_code(fixed):
    done, out = fixed
    assert done.exit_code == 1
    assert "error GEO004 missing-slices\n" in done.stdout
    assert (
        "GEO004 missing-slices: choices.csv: 1 volume is rejected; or accept there, and `prepare --irregular regrid`"
        in done.stderr
    )
    assert "GEO006 gantry-tilt: recipe.toml: the step detilt" in done.stderr
    assert "2 of 3 volumes are taken" in done.stderr
    assert f"--choices {out}/choices.csv" in done.stderr
    text = (out / "recipe.toml").read_text()
    assert "# warning GEO006 gantry-tilt: recipe.toml: the step detilt\n" in text


def test_prepare_takes_what_was_written(fixed, scans, tmp_path):
    _, out = fixed
    table = pl.read_csv(out / "choices.csv", infer_schema=False)
    assert dict(table.select("path", "choice").rows()) == {
        "clean": "accept",
        "'=gap": "reject",
        "tilted": "accept",
    }
    assert table.filter(pl.col("choice") == "reject")["reason"].to_list() == ["found in it: GEO004"]
    recipe = Recipe.load(out / "recipe.toml")
    assert recipe.steps[0].to_json()["do"] == "detilt"
    prepared = prepare(scans, recipe, tmp_path / "ready", choices=out / "choices.csv", jobs=1)
    assert prepared.cases["state"].to_list() == ["done", "done"]


def test_a_task_chooses_and_brings_its_preset(scans, tmp_path):
    words = ("--no-cache", "--no-pixels", "--isolated", "--task", "ct-lung", "--format", "json")
    assert run("check", scans, *words, "--fix", "-o", tmp_path / "fix").exit_code == 1
    recipe = Recipe.load(tmp_path / "fix" / "recipe.toml")
    assert recipe.task == "ct-lung"
    assert {"clip", "rescale"} <= {step.to_json()["do"] for step in recipe.steps}
    assert "rank" in pl.read_csv(tmp_path / "fix" / "choices.csv").columns


def test_it_needs_a_folder_outside_of_the_sources(scans, tmp_path):
    (tmp_path / "file").write_text("")
    for words in ((), ("-o", scans / "fix"), ("-o", tmp_path / "file")):
        assert run("check", scans, "--no-cache", "--no-pixels", "--fix", *words).exit_code == 2
    assert not (scans / "fix").exists()


def test_what_a_baseline_knows_is_mended_all_the_same(scans, tmp_path):
    words = ("--no-cache", "--no-pixels", "--isolated", "--write-baseline", tmp_path / "known.json")
    assert run("check", scans, *words, "--fix", "-o", tmp_path / "fix").exit_code == 0
    assert "reject" in (tmp_path / "fix" / "choices.csv").read_text()
