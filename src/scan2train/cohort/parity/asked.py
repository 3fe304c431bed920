"""A reader at work: within a limit of time and memory, what it prints kept, whatever it raises made an answer."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scan2train.cohort.parity.given import Given

#: What a reader may take beyond what the process has: so many bytes, or so many for each byte of the files.
_ROOM, _TIMES = 4 << 30, 24
#: Longest text of an error or warning that is kept.
_TEXT = 240
#: A reader may raise all that it has read; so much of it is looked at.
_LOOKED_AT = 4_000
_WARNS = re.compile(rb"warn|non.?uniform|missing", re.IGNORECASE)
#: Where in its own sources a C++ library raised an error.
_SOURCE = re.compile(r"\S+\.[ch]xx:\d+:")
_IDLE = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning, ResourceWarning)


@dataclass(slots=True)
class Answer:
    """What a reader returned, or its ``error``; ``swelled`` if it ran out of the memory it was given."""

    given: Given | None = None
    error: str = ""
    swelled: bool = False
    warned: list[str] = field(default_factory=list)


def ask(read: Callable[[Path, str], Given], path: Path, series_uid: str, limit_s: float) -> Answer:
    """Call a reader. Where it takes longer than ``limit_s``, this process ends by SIGALRM, wherever it is stuck."""
    answer = Answer()
    size = sum(one.stat().st_size for one in ([path] if path.is_file() else path.iterdir()) if one.is_file())
    with _heard(answer), _bounded(max(_ROOM, _TIMES * size)):
        # The default action, and not a handler: no handler runs while a library does not come back to Python.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, limit_s)
        try:
            answer.given = read(path, series_uid)
        except MemoryError:
            answer.swelled = True
        except SystemExit as error:
            answer.error = f"left Python with status {error.code}"
        except Exception as error:  # noqa: BLE001 - whatever a reader raises is its refusal
            answer.error = _short(f"{type(error).__name__}: {error}", path)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return answer


@contextlib.contextmanager
def _heard(answer: Answer) -> Iterator[None]:
    """Keep what is printed, also by native code, and what is warned of."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as log, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for fd, old in zip((1, 2), kept, strict=True):
                os.dup2(old, fd)
                os.close(old)
            log.seek(0)
            lines = [line.decode(errors="replace") for line in log if _WARNS.search(line)]
            told = [str(one.message) for one in caught if not issubclass(one.category, _IDLE)]
            answer.warned = [" ".join(line.split())[:_TEXT] for line in [*told, *lines]]


@contextlib.contextmanager
def _bounded(room: int) -> Iterator[None]:
    """Let private memory grow by ``room`` bytes and no more, where the system can be told so."""
    status = Path("/proc/self/status")
    if not status.exists():
        yield
        return
    held = re.search(r"VmData:\s+(\d+) kB", status.read_text())
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = (int(held.group(1)) << 10 if held else 0) + room
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _short(text: str, path: Path) -> str:
    """One line, without the place that the reader was given."""
    text = " ".join(_SOURCE.sub("", text[:_LOOKED_AT].replace(str(path), path.name)).split())
    return text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…"
