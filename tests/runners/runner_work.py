"""Functions for workers; they must stand in a module that a fresh process can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from scan2train.errors import UnreadableFile


def square(number: int) -> int:
    return number * number


def scaled(factor: int, number: int) -> int:
    return factor * number


def die_on_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGSEGV)
    return number


def leave_on_three(number: int) -> int:
    if number == 3:
        os._exit(7)
    return number


def refuse_odd(number: int) -> int:
    if number % 2:
        raise UnreadableFile("odd", where=f"file {number}")
    return number


def tell_and_wait(folder: str) -> None:
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(60)


def leave_a_mark(path: str) -> None:
    Path(path).touch()


def pid(_: object) -> int:
    print("this must not end up on stdout")  # noqa: T201 - what libraries do
    return os.getpid()
