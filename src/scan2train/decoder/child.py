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
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from scan2train.decoder.task import Kept, Run
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
        File descriptor of the memory that both ends share; tasks say where in it their results belong. Its first
        byte tells which of the tasks that were asked for together is being done.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    shared = mmap.mmap(-1, 1)
    with socket.socket(fileno=line) as caller, caller.makefile("rb") as asked:
        try:
            while True:
                run, largest = pickle.load(asked)  # noqa: S301 - from the process that started this one
                _limit_memory(largest)
                # Mapped anew, every page of it would cost a fault once more.
                if len(shared) != os.fstat(memory).st_size:
                    shared = mmap.mmap(-1, 1)
                    shared = mmap.mmap(memory, 0)
                _serve(run, asked, caller, shared)
        except (EOFError, ConnectionError):
            return


def _serve(run: Run, asked: BinaryIO, caller: socket.socket, shared: mmap.mmap) -> None:
    """Do the tasks of one run, up to the ``None`` after the last of them."""
    kept: Kept = {}
    while (tasks := pickle.load(asked)) is not None:  # noqa: S301 - as above
        answers: list[dict[str, Any]] = []
        for number, (begin, size, arguments) in enumerate(tasks):
            shared[0] = number
            out = np.frombuffer(shared, dtype=np.uint8, count=size, offset=begin)
            # The system ends this process then, whatever it is doing.
            signal.setitimer(signal.ITIMER_REAL, _SECONDS + size / _BYTES_A_SECOND)
            answers.append(_answer(kept, out, run, arguments))
        signal.setitimer(signal.ITIMER_REAL, 0)
        caller.sendall(json.dumps(answers).encode() + b"\n")


def _limit_memory(size: int) -> None:
    try:
        taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * mmap.PAGESIZE
        resource.setrlimit(resource.RLIMIT_AS, (taken + _ROOM + _TIMES * size, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        return  # where a system does not tell, or has a lower limit already


def _answer(kept: Kept, out: npt.NDArray[np.uint8], run: Run, arguments: tuple[Any, ...]) -> dict[str, Any]:
    try:
        return {"words": run.work(kept, out, run.common, *arguments)}
    except Scan2TrainError as error:
        return {"error": type(error).__name__, "state": error.__dict__}
    except MemoryError:
        message, found = "decoding takes more memory than the picture may", f"{out.nbytes} bytes decoded"
        return {"error": HostileFile.__name__, "state": HostileFile(message, found=found).__dict__}
    except Exception as error:  # noqa: BLE001 - told to the caller
        if isinstance(error, OSError) and error.errno is not None:
            return {"system": [error.errno, error.strerror, error.filename]}
        return {"failure": f"{type(error).__name__}: {error}"}
