"""``scan2train leaks`` on the command line: its table, its JSON, its exit codes."""

import json

import pytest
from typer.testing import CliRunner

from scan2train.cli.app import app
from scan2train.testing.small_cohorts import small_cohort


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    small_cohort(tags=lambda _n, ill: {"ConvolutionKernel": "B70f" if ill else "B30f"})(folder)
    return folder


def run(folder, *more):
    table = str(folder / "labels.csv")
    options = ["--labels", table, "--permutations", "1000", "--no-cache", *more]
    return CliRunner().invoke(app, ["leaks", str(folder), *options])


def test_the_table_names_the_attribute_and_what_to_do(cohort):
    done = run(cohort)
    assert done.exit_code == 1
    assert "error LEK004 site-confounded-label" in done.stdout
    assert "ConvolutionKernel (0018,1210): its value" in done.stdout
    assert "  do: Do not train on this as it is" in done.stdout


def test_json_is_that_of_check(cohort):
    said = json.loads(run(cohort, "--format", "json").stdout)
    assert set(said) == {"version", "tool", "sources", "summary", "findings"}
    # The kernel, and its class.
    assert said["summary"]["findings"]["error"] == len(said["findings"]) == 2
    assert {one["code"] for one in said["findings"]} == {"LEK004"}


def test_a_table_that_is_not_there_is_wrong_use(cohort):
    done = CliRunner().invoke(app, ["leaks", str(cohort), "--labels", str(cohort / "none.csv"), "--no-cache"])
    assert done.exit_code == 2
