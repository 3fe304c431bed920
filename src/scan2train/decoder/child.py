"""The far end of :mod:`scan2train.decoder.process`: decodes one task after the other until the line closes.

It imports numpy, and what decodes; no compiled loops, no tables, nothing of the caller's own. Whatever codecs do to it,
nothing but this process is lost.
"""

from __future__ import annotations

import json
import mmap
import os
import pickle
import resource
import signal
import socket
from typing import Any

import numpy as np

from scan2train.decoder.task import Kept
from scan2train.errors import HostileFile, Scan2TrainError

#: Memory that a codec may take beside what it decodes to: a sum for its tables, and a multiple of the result.
_ROOM, _TIMES = 128 << 20, 16
#: Seconds that one task may take, and the bytes of the result for which it gets another: a tenth of the slowest codec's
#: speed on one busy core.
_SECONDS, _BYTES_A_SECOND = 20.0, 1 << 20


def main(line: int, memory: int) -> None:
    """Serve one caller.

    Parameters
    ----------
    line
        File descriptor of the socket on which tasks come, pickled, and answers go, one line of JSON each.
    memory
        File descriptor of the memory that both ends share; tasks say where in it their results belong.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kept: Kept = {}
    shared = mmap.mmap(-1, 1)
    with socket.socket(fileno=line) as caller, caller.makefile("rb") as asked:
        while True:
            try:
                task = pickle.load(asked)  # noqa: S301 - from the process that started this one
            except (EOFError, ConnectionError):
                return
            if task is None:
                kept.clear()
                continue
            work, arguments, begin, size = task
            if len(shared) != os.fstat(memory).st_size:
                shared = mmap.mmap(memory, 0)
            out = np.frombuffer(shared, dtype=np.uint8, count=size, offset=begin)
            _limit(size)
            answer = _answer(kept, out, work, arguments)
            signal.setitimer(signal.ITIMER_REAL, 0)
            try:
                caller.sendall(json.dumps(answer).encode() + b"\n")
            except ConnectionError:
                return


def _limit(size: int) -> None:
    """Bound the time and the memory of one task; the system ends this process at the first, whatever it is doing."""
    signal.setitimer(signal.ITIMER_REAL, _SECONDS + size / _BYTES_A_SECOND)
    try:
        with open("/proc/self/statm", "rb") as numbers:  # noqa: PTH123 - once a frame
            taken = int(numbers.read().split()[0]) * mmap.PAGESIZE
        resource.setrlimit(resource.RLIMIT_AS, (taken + _ROOM + _TIMES * size, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        return  # where a system does not tell, or has a lower limit already


def _answer(kept: Kept, out: Any, work: Any, arguments: Any) -> dict[str, Any]:
    try:
        return {"words": work(kept, out, *arguments)}
    except Scan2TrainError as error:
        return {"error": type(error).__name__, "state": error.__dict__}
    except MemoryError:
        message, found = "decoding takes more memory than the picture may", f"{out.nbytes} bytes decoded"
        return {"error": HostileFile.__name__, "state": HostileFile(message, found=found).__dict__}
    except OSError as error:
        return {"system": [error.errno, error.strerror, error.filename]}
    except Exception as error:  # noqa: BLE001 - told to the caller
        return {"failure": f"{type(error).__name__}: {error}"}
