"""How a run ends, and what it prints, whatever goes wrong."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from scan2train import CasesFailed, UnreadableFile
from scan2train.cli.manners import guarded, progress_bar
from scan2train.reports.escape import shown


def end_with(error):
    """The outcome of a command that ends with ``error``."""
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    @guarded
    def command():
        raise error

    return CliRunner().invoke(app, [])


def test_an_error_says_what_is_wrong_and_what_to_do_on_two_lines():
    done = end_with(
        UnreadableFile("cut short", where="a/b.dcm", expected="9 bytes", found="3", advice="Copy it again.")
    )
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "error: a/b.dcm: cut short; expected 9 bytes; found 3",
        "  what to do: Copy it again.",
    ]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CasesFailed("2 of 3 cases failed"), 1),
        (KeyboardInterrupt(), 130),
        (PermissionError(13, "Permission denied", "/x"), 2),
        (MemoryError(), 2),
        (ZeroDivisionError("division by zero"), 2),
    ],
)
def test_every_end_has_its_exit_code_and_no_traceback(error, code, monkeypatch):
    monkeypatch.delenv("SCAN2TRAIN_DEBUG", raising=False)
    done = end_with(error)
    assert done.exit_code == code
    assert done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(("name", "goes_on"), [("prepare", True), ("report", False)])
def test_only_what_goes_on_says_so_where_it_is_interrupted(name, goes_on, capsys):
    def command():
        raise KeyboardInterrupt

    command.__name__ = name
    with pytest.raises(typer.Exit):
        guarded(command)()
    assert ("to go on" in capsys.readouterr().err) is goes_on


def test_an_unexpected_end_shows_its_traceback_where_it_is_asked_for(monkeypatch):
    monkeypatch.setenv("SCAN2TRAIN_DEBUG", "1")
    done = end_with(ZeroDivisionError("division by zero"))
    assert done.exit_code == 2
    assert "Traceback" in done.stderr


def test_text_of_a_header_cannot_steer_the_terminal():
    wild = "a\x1b[31m\r\n\u202eb\udcff[bold]c[/bold]"
    assert shown(wild) == r"a\x1b[31m\r\n\u202eb\udcff[bold]c[/bold]"
    done = end_with(UnreadableFile("odd", where=wild))
    assert "\x1b" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_progress_is_quiet_where_no_terminal_is(capsys):
    with progress_bar("doing") as progress:
        assert progress is None
    assert capsys.readouterr() == ("", "")


def test_progress_shows_a_bar_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("doing") as progress:
        progress(1, 4)
    assert "doing" in terminal.getvalue()
    assert "1/4" in terminal.getvalue()


def test_an_interrupt_from_the_keyboard_ends_with_130():
    code = (
        "import signal, typer\n"
        "from scan2train.cli.manners import guarded\n"
        "app = typer.Typer()\n"
        "@app.command()\n@guarded\ndef go():\n    signal.raise_signal(signal.SIGINT)\n"
        "app()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_ends_without_a_traceback():
    command = f"{sys.executable} -m scan2train prepare --help | head -c 1"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert "Traceback" not in done.stderr
