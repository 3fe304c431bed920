"""How much memory this process and its children hold, at most, while something is done."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_PAGE_MB = os.sysconf("SC_PAGESIZE") / 2**20


class Held:
    """Looks every few milliseconds; ``more_mb`` is the most that was held beyond what was held at first."""

    def __enter__(self) -> Self:
        self._first = self._most = held_mb()
        self._done = threading.Event()
        self._eye = threading.Thread(target=self._watch)
        self._eye.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._eye.join()
        self._look()

    @property
    def more_mb(self) -> float:
        return self._most - self._first

    def _watch(self) -> None:
        while not self._done.wait(0.005):
            self._look()

    def _look(self) -> None:
        self._most = max(self._most, held_mb())


def held_mb() -> float:
    """Resident memory of this process and its children, in MiB; what they share counts for each.

    A child that has just been split off, and has not begun its own program, is this process once more: it has no memory
    of its own.
    """
    begun = [pid for pid in children() if _program(pid) != _program(os.getpid())]
    return sum(_resident(pid) for pid in (os.getpid(), *begun)) * _PAGE_MB


def children() -> list[int]:
    """Process ids of the children of this process."""
    found = []
    for thread in Path("/proc/self/task").iterdir():
        try:
            found += [int(pid) for pid in (thread / "children").read_text().split()]
        except OSError:
            continue
    return found


def _program(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
