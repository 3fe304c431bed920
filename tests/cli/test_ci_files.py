"""The hook, the action and their page: files that parse, and commands that run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from scan2train.checking.settings import KEYS, settings_of
from scan2train.cli.app import app
from scan2train.testing.small import small_series

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "ci.md").read_text(encoding="utf-8")


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A working folder with ``data``: a CT with gaps (a warning, GEO008)."""
    small_series(tags={"SliceThickness": "1.6"})(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / "cache"))
    return tmp_path


def run(*words):
    return CliRunner().invoke(app, words, prog_name="scan2train")


@pytest.mark.usefixtures("lab")
def test_the_hook_runs_on_the_folder_that_it_is_called_in():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {"id", "name", "entry", "language"} <= set(hook)
    program, *words = shlex.split(hook["entry"])
    assert program == "scan2train"
    assert "GEO008" in run(*words, *hook["args"], "--no-pixels").stdout
    watched = re.compile(hook["files"])
    for name in ("a/IM1.dcm", "x.nii.gz", "b/X.NII", "case.zarr/0.0", "scan2train.toml", "split.json"):
        assert watched.search(name), name
    assert not watched.search("src/model.py")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, ["check", "--no-cache", "--format=github", "--", "."]),
        (
            {"SOURCE": "data\nmore data\n", "ARGS": "--fail-on=warning\n\n--ignore=GEO012", "OUTPUT": "a b.sarif"},
            [
                *("check", "--no-cache", "--format=github", "--out=a b.sarif"),
                *("--fail-on=warning", "--ignore=GEO012", "--", "data", "more data"),
            ],
        ),
        ({"SOURCE": "$(touch x); `touch x` --help"}, [
            "check", "--no-cache", "--format=github", "--", "$(touch x); `touch x` --help",
        ]),
    ],
)  # fmt: skip
def test_the_action_calls_the_command(lab, inputs, expected):
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = action["runs"]["steps"][-1]
    names = {key: re.search(r"inputs\.([\w-]+)", value)[1] for key, value in step["env"].items()}
    given = {key: action["inputs"][name]["default"] for key, name in names.items()}
    stub = lab / "scan2train"
    stub.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    stub.chmod(0o755)
    environment = {**given, **inputs, "PATH": f"{lab}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        env=environment,
        cwd=lab,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == expected
    assert not (lab / "x").exists()


@pytest.mark.usefixtures("lab")
def test_what_the_action_calls_is_a_command():
    done = run("check", "--no-cache", "--format=github", "--fail-on=warning", "--no-pixels", "--", "data")
    assert done.exit_code == 1
    assert done.stdout.startswith("::warning file=data/series,title=GEO008 ")


def test_no_input_of_the_action_is_pasted_into_a_script():
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert not any("${{" in step.get("run", "") for step in action["runs"]["steps"])


def test_the_blocks_of_the_page_are_what_they_say(lab):
    (settings,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    found = settings_of(settings, lab / "scan2train.toml")
    assert set(tomllib.loads(settings)["check"]) == set(KEYS)
    assert dict(found.per_path_ignores)["*.png"] == ("GEO001",)
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL):
        assert yaml.safe_load(block)


@pytest.mark.usefixtures("lab")
def test_the_commands_of_the_page_run_one_after_the_other():
    codes = []
    for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL):
        for line in block.splitlines():
            program, *words = shlex.split(line, comments=True)
            assert program == "scan2train"
            extra = (
                ("--fail-on", "info", "--no-pixels", "--no-cache") if words[0] == "check" else ("--no-cache",)
            )
            done = run(*words, *extra)
            codes.append((words[0], done.exit_code))
            assert done.exit_code < 2, done.output
    assert codes == [("check", 0), ("check", 0), ("check", 1), ("check", 1), ("prepare", 0)]
