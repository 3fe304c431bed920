"""An interrupt ends the program within two seconds, whatever it is at."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

#: A minute without a single instruction of Python's own.
_COMPILED = (
    'import hashlib; print("begun", flush=True); hashlib.pbkdf2_hmac("sha256", b"a", b"b", 60_000_000)'
)
#: Puts away what it began, which takes a moment, and ends as a command does.
_TIDY = """
import os, time
try:
    print("begun", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)
    print("tidy", flush=True)
    os._exit(130)
"""


#: Compiled modules that are being loaded make of an interrupt that they cannot be.
_SWALLOWED = """
import time, typer
from scan2train.cli.manners import guarded

def command():
    try:
        print("begun", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        raise ImportError("failed to import") from None

try:
    guarded(command)()
except typer.Exit as ended:
    raise SystemExit(ended.exit_code)
"""


@pytest.mark.parametrize(("work", "said"), [(_COMPILED, ""), (_TIDY, "tidy\n"), (_SWALLOWED, "")])
def test_an_interrupt_waits_for_no_compiled_code(work, said):
    begin = "from scan2train.cli.interrupt import end_on_interrupt; end_on_interrupt()\n"
    # A shell has what runs in its background ignore interrupts, and so may whoever runs the tests.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    with subprocess.Popen(
        [sys.executable, "-c", heed + begin + work], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.3)  # by now it is within the compiled code
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert time.monotonic() - began < 2
        assert process.stdout.read() == said
