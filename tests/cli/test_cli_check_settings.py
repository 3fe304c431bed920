"""Settings, baselines and the formats of servers, on the command line."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from scan2train.cli.app import app
from scan2train.testing.small import small_series, together


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """A CT with gaps (a warning, GEO008) beside overlapping MR (an info)."""
    folder = tmp_path_factory.mktemp("lab") / "data"
    folder.mkdir()
    together(
        small_series(tags={"SliceThickness": "1.6"}, below="ct"),
        small_series(tags={"SliceThickness": "5"}, below="mr", modality="MR", patient="OTHER"),
    )(folder)
    return folder


@pytest.fixture
def check(scans, tmp_path, monkeypatch):
    """Runs `check` on the scans as a person who works in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        command = ["check", str(scans), "--no-cache", "--jobs", "1", "--no-pixels", *map(str, words)]
        return CliRunner().invoke(app, command, prog_name="scan2train")

    return run


def codes(done):
    return [one["code"] for one in json.loads(done.stdout)["findings"]]


def settings(folder, text):
    (folder / "scan2train.toml").write_text(f"[check]\n{text}\n", encoding="utf-8")


def test_settings_of_the_working_folder_hold(check, tmp_path):
    settings(tmp_path, 'select = ["GEO008"]\nfail-on = "warning"\nformat = "json"')
    done = check()
    assert (done.exit_code, codes(done)) == (1, ["GEO008", "GEO008"])
    assert done.stderr == ""
    settings(tmp_path, 'select = ["GEO"]\nignore = ["GEO008"]')
    assert codes(check("--format", "json")) == []
    assert len(codes(check("--format", "json", "--isolated"))) >= 2


def test_the_command_line_wins(check, tmp_path):
    settings(tmp_path, 'select = ["FIL"]\nignore = ["GEO008"]\nfail-on = "info"\nformat = "github"')
    done = check("--select", "GEO008", "--fail-on", "error", "--format", "json")
    assert (done.exit_code, codes(done)) == (0, ["GEO008", "GEO008"])
    settings(tmp_path, 'select = ["GEO"]\nignore = ["GEO012"]')
    assert codes(check("--ignore", "GEO008", "--format", "json")) == []


def test_codes_are_ignored_by_path(check, tmp_path):
    settings(tmp_path, 'select = ["GEO008"]\n[check.per-path-ignores]\n"ct/**" = ["GEO"]')
    told = json.loads(check("--format", "json").stdout)["findings"]
    assert [one["where"]["path"] for one in told] == ["mr"]


def test_a_named_file_holds_and_a_wrong_one_is_wrong_use(check, tmp_path):
    settings(tmp_path, "ignor = []")
    done = check()
    assert done.exit_code == 2
    assert "check.ignor" in done.stderr
    assert "ignore" in done.stderr
    (tmp_path / "own.toml").write_text('[check]\nselect = ["GEO008"]\n')
    assert check("--config", tmp_path / "own.toml").exit_code == 0
    assert check("--config", tmp_path / "own.toml", "--isolated").exit_code == 2
    assert check("--config", tmp_path / "none.toml").exit_code == 2


def test_a_code_of_the_settings_that_is_no_rule_names_the_file(check, tmp_path):
    for text in ('ignore = ["GEO080"]', '[check.per-path-ignores]\n"a" = ["GEO080"]'):
        settings(tmp_path, text)
        done = check()
        assert done.exit_code == 2
        assert "scan2train.toml" in done.stderr
        assert "GEO008" in done.stderr


def test_rules_of_the_settings_are_run_and_those_that_came_with_the_data_are_not(check, scans, tmp_path):
    rules = tmp_path / "own"
    rules.mkdir()
    (rules / "abc001_mine.py").write_text(
        '"""Mine.\n\nWhat it finds\n---\nx\n\nWhy it matters\n---\nx\n\nWhat to do\n---\nx\n"""\n'
        "from pathlib import Path\nfrom scan2train.rule import info\n"
        f"Path({str(tmp_path / 'ran')!r}).touch()\n\n"
        "def check(row):\n    yield info('mine')\n\ndef examples():\n    return ()\n"
    )
    (scans / "scan2train.toml").write_text(f"[check]\nrules = [{str(rules)!r}]\n")
    done = check("--format", "json")
    (scans / "scan2train.toml").unlink()
    assert done.exit_code == 2
    assert "--config" in done.stderr
    assert not (tmp_path / "ran").exists()
    settings(tmp_path, 'rules = ["own"]\nselect = ["ABC001"]')
    assert codes(check("--format", "json", "--rules", rules)) == ["ABC001", "ABC001"]
    assert (tmp_path / "ran").exists()


def test_settings_that_came_with_the_data_are_told(check, scans):
    for folder in (scans, scans.parent):
        settings(folder, 'select = ["SER"]')
        done = check()
        (folder / "scan2train.toml").unlink()
        assert "settings that came with the data hold" in done.stderr
        assert "--isolated" in done.stderr


def test_a_baseline_lets_only_new_findings_fail(check, scans, tmp_path):
    known, words = tmp_path / "known.json", ("--select", "GEO008", "--fail-on", "info", "--format", "json")
    assert check(*words).exit_code == 1
    assert check(*words, "--baseline", known).exit_code == 2
    written = check(*words, "--write-baseline", known)
    assert (written.exit_code, codes(written)) == (0, [])
    assert "2 known, 0 new" in written.stderr
    assert check(*words, "--baseline", known).exit_code == 0
    told = json.loads(known.read_text())
    told["findings"] = [one for one in told["findings"] if one["severity"] == "info"]
    known.write_text(json.dumps(told))
    done = check(*words, "--baseline", known)
    assert (done.exit_code, codes(done)) == (1, ["GEO008"])
    settings(tmp_path, 'baseline = "known.json"')
    assert len(codes(check(*words))) == 1
    assert check(*words, "--write-baseline", scans / "known.json").exit_code == 2


@pytest.mark.parametrize(("limit", "failures"), [("warning", "1"), ("info", "2"), ("never", "0")])
def test_junit_fails_where_the_run_fails(check, limit, failures):
    done = check("--select", "GEO008", "--format", "junit", "--fail-on", limit)
    assert ET.fromstring(done.stdout).get("failures") == failures
    assert done.exit_code == (failures != "0")


def test_annotations_and_sarif_are_relative_to_the_working_folder(check, scans, monkeypatch):
    monkeypatch.chdir(scans.parent)
    assert "::warning file=data/ct,title=GEO008 " in check("--select", "GEO008", "--format", "github").stdout
    log = json.loads(check("--select", "GEO008", "--format", "sarif").stdout)
    first = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert first == {"uri": "data/ct", "uriBaseId": "%SRCROOT%"}
