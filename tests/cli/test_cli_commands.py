"""The commands as they are found, named and refused."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

import scan2train
from scan2train.cli.app import app

COMMANDS = ("index", "prepare", "convert", "demo", "doctor")


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")


def test_help_lists_every_command():
    done = run("--help")
    assert done.exit_code == 0
    assert all(f"  {command} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    done = run(command, "--help")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: scan2train {command}")


def test_version():
    assert run("--version").stdout == f"scan2train {scan2train.__version__}\n"


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "scan2train", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"scan2train {scan2train.__version__}\n"


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("prepar", "x"), "prepare"),
        (("index", "--jbos", "2", "x"), "--jobs"),
        (("prepare", "x", "-o", "y", "--recipe", "ct-lung", "--irregular", "refus"), "keep-largest-regular"),
        (("prepare", "x", "-o", "y", "--recipe", "ct-lung", "--store", "niftii"), "nifti"),
    ],
)
def test_an_unknown_word_lists_the_near_ones(words, near):
    done = run(*words)
    assert done.exit_code == 2
    assert near in done.stderr


@pytest.mark.parametrize(
    "words",
    [("--store", "zarr"), ("--layout", "nnunet"), ("--cluster", "tcp://host:1")],
)
def test_what_is_not_there_yet_says_so(words, tmp_path):
    done = run("prepare", tmp_path, "-o", tmp_path / "out", "--recipe", "ct-lung", *words)
    assert done.exit_code == 2
    assert "does not exist yet" in done.stderr
    assert "what to do" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_missing_option_is_wrong_use(tmp_path):
    done = run("prepare", tmp_path, "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "--recipe" in done.stderr


def test_doctor_names_what_is_installed():
    done = run("doctor")
    assert done.exit_code == 0
    assert scan2train.__version__ in done.stdout
    assert "numpy" in done.stdout
