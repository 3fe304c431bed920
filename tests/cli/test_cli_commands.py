"""The commands as they are found, named and refused."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import scan2train
from scan2train import DecoderMissing, UnreadableFile
from scan2train.cli.app import app
from scan2train.cli.doctor import SYNTAXES
from scan2train.formats.dicom.cell import Cell
from scan2train.formats.dicom.codecs import decode_frame

COMMANDS = (
    "index",
    "prepare",
    "restore",
    "evaluate",
    "convert",
    "clean",
    "header",
    "stats",
    "demo",
    "doctor",
)


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
        (("prepare", "x", "-o", "y", "--recipe", "ct-lung", "--irregular", "refus"), "Did you mean refuse?"),
        (("prepare", "x", "-o", "y", "--recipe", "ct-lung", "--store", "niftii"), "nifti"),
    ],
)
def test_an_unknown_word_lists_the_near_ones(words, near):
    done = run(*words)
    assert done.exit_code == 2
    assert near in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--cluster", "tcp://host:1"),
        ("--layout", "nnunet", "--store", "zarr"),
        ("--layout", "msd", "--dataset-name", "../elsewhere"),
        ("--stack",),
        ("--dataset-id", "7"),
        ("--dataset-name", "liver"),
    ],
)
def test_what_is_not_there_or_does_not_go_together_says_so(words, tmp_path):
    done = run("prepare", tmp_path, "-o", tmp_path / "out", "--recipe", "ct-lung", *words)
    assert done.exit_code == 2
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
    assert all(name in done.stdout for _, name, _ in SYNTAXES)


def test_doctor_speaks_of_the_syntaxes_that_are_decoded():
    cell = Cell(rows=2, columns=3, kind="encapsulated")
    named = {uid for uid, _, _ in SYNTAXES} - {
        f"1.2.840.10008.1.2{more}" for more in ("", ".1", ".1.99", ".2")
    }
    for last in ["5", *(f"4.{number}" for number in range(50, 210))]:
        uid = f"1.2.840.10008.1.2.{last}"
        with pytest.raises(UnreadableFile) as raised:
            decode_frame(b"\0" * 80, uid, cell, "x")
        assert isinstance(raised.value, DecoderMissing) == (uid not in named), uid


def test_a_terminal_without_the_signs_shows_their_codes():
    command = [sys.executable, "-m", "scan2train", "prepare", "x", "-o", "y", "--recipe", "…"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, capture_output=True, encoding="latin-1", check=False, env=environment)
    assert done.returncode == 2
    assert "there is no recipe '\\u2026'" in done.stderr
