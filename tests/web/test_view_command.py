"""``scan2train view``: the address first, and a clean end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from typing import ClassVar

import pytest
from typer.testing import CliRunner

from scan2train.cli.app import app_of
from scan2train.errors import WrongUse
from scan2train.viewing.session import Session
from scans_to_view import planted


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("scan")).path


def run(*arguments):
    return CliRunner().invoke(app_of(["view"]), ["view", *map(str, arguments), "--no-browser"])


def test_the_address_is_the_first_line_and_an_interrupt_the_end(scan, tmp_path):
    command = [sys.executable, "-m", "scan2train", "view", str(scan), "--no-browser"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    )
    address = process.stdout.readline()
    port, _ = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=([-\w]{32,})\n", address).groups()
    connection = HTTPConnection("127.0.0.1", int(port), timeout=30)
    connection.request("GET", "/")  # and stays open, as browsers' do
    assert connection.getresponse().status == 401
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - begun < 5
    assert (process.returncode, out, err.splitlines()[-1]) == (130, "", "interrupted")
    with pytest.raises(ProcessLookupError):  # nothing of its group is left
        os.killpg(process.pid, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken(scan):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run(scan, "--port", port)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"error: --port {port}: this port cannot be used; found another program listens there",
        "  what to do: Name another one, or leave --port out: a free one is found.",
    ]


def test_what_is_not_there(tmp_path, scan):
    for arguments, told in (
        ([tmp_path / "none"], "no such file or folder"),
        ([tmp_path], "no image was found"),
        ([scan, "--second", tmp_path / "none"], "no such file or folder"),
        ([scan, "--labels", tmp_path / "none.nii"], "no such file"),
        ([scan, "--choices", scan], "into a source"),
        ([scan, "--port", "99999"], "65535"),
    ):
        done = run(*arguments)
        assert (done.exit_code, done.stdout) == (2, ""), arguments
        assert told in done.stderr, arguments


class Stopped:
    """Instead of a server: one that ends at once."""

    sessions: ClassVar[list[Session]] = []
    address = "http://127.0.0.1:1/?token=x"

    def __init__(self, session, _port):
        self.sessions.append(session)

    def run(self):
        pass


def test_scans_are_looked_at_from_within_their_folder_and_decided_on_elsewhere(scan, monkeypatch):
    monkeypatch.setattr("scan2train.web.serve.Server", Stopped)
    monkeypatch.chdir(scan.parent)
    assert run(".", "--choices", "choices.csv").exit_code == 2
    done = run(".")
    assert (done.exit_code, done.stdout) == (0, f"{Stopped.address}\n")
    with pytest.raises(WrongUse, match="into a source") as refused:
        Stopped.sessions[-1].decisions.decide("aa", "accept", "", "a")
    assert "--choices" in refused.value.advice
    assert [one.name for one in scan.parent.iterdir()] == [scan.name]


def test_a_table_that_prepare_would_refuse_is_told_before_one_decides(scan, tmp_path, monkeypatch):
    monkeypatch.setattr("scan2train.web.serve.Server", Stopped)
    choices = tmp_path / "choices.csv"
    choices.write_text("volume,choice\naa,perhaps\n")
    done = run(scan, "--choices", choices)
    assert (done.exit_code, done.stdout) == (0, f"{Stopped.address}\n")
    assert done.stderr.startswith(f"warning: {choices}: a table of choices says something else")
    assert "'perhaps'" in done.stderr


def test_decisions_go_into_no_folder_that_was_named(scan, tmp_path):
    for option in ("--second", "--labels"):
        done = run(scan, option, tmp_path, "--choices", tmp_path / "c.csv")
        assert (done.exit_code, "into a source" in done.stderr) == (2, True)


def test_help_names_every_option():
    done = CliRunner().invoke(app_of(["view"]), ["view", "--help"])
    assert done.exit_code == 0
    for word in (
        "SRC",
        "--labels",
        "--second",
        "--choices",
        "--port",
        "--no-browser",
        "--no-cache",
        "--salt",
    ):
        assert word in done.stdout
