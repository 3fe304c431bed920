"""Items spread over processes of this machine; a process that dies costs its item and nothing else.

An executor of the standard library gives up all its work when one process dies; this one starts another in its
place. Each worker holds one item at a time, so memory does not grow with their number.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from scan2train.errors import Scan2TrainError
from scan2train.runners.outcome import Outcome

#: What a worker runs. ``-P`` and the caller's own path: what lies in the current folder must not be imported.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[3])\n"
    "from scan2train.runners.worker import main; main(int(sys.argv[1]), int(sys.argv[2]))"
)


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    line: Connection
    ready: bool = False
    at: int = -1

    def send(self, thing: Any) -> None:
        try:
            self.line.send(thing)
        except ConnectionError:
            return  # it died meanwhile; its closed line will tell

    def end(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.wait()


def run_in_processes(work: Callable[[Any], Any], items: Sequence[Any], jobs: int) -> Generator[Outcome]:
    """Yield the outcome of ``work(item)`` for each item, as they come, from at most ``jobs`` processes.

    Parameters
    ----------
    work
        A function at the top level of an importable module, or a ``functools.partial`` of one.
    items
        What can be pickled. They are handed out in their order.
    jobs
        Number of processes, at least 1.

    Raises
    ------
    Scan2TrainError
        If workers cannot even start.

    Notes
    -----
    Workers stand in a process group of their own, so that an interrupt reaches this process alone. When the
    iteration ends, in whatever way, they are killed; if this process is killed, they kill themselves.
    """
    waiting = iter(range(len(items)))
    lifeline, held = os.pipe()
    crew: dict[Connection, _Worker] = {}
    try:
        for _ in range(min(jobs, len(items))):
            _add_worker(crew, work, lifeline)
        while crew:
            for line in wait(list(crew)):
                assert isinstance(line, Connection)
                worker = crew[line]
                try:
                    answer = line.recv()
                except (EOFError, ConnectionError):
                    del crew[line]
                    failure = _cause_of_death(worker)
                    if worker.at >= 0:
                        yield Outcome(worker.at, failure=failure, died=True)
                        _add_worker(crew, work, lifeline)
                    elif not worker.ready:
                        raise Scan2TrainError("worker processes cannot start", found=failure) from None
                    continue
                worker.ready = True
                if worker.at >= 0:
                    # Taken before the next is handed out: a kill costs one item a worker and never two.
                    yield Outcome(worker.at, value=answer[0], failure=answer[1])
                worker.at = next(waiting, -1)
                if worker.at >= 0:
                    worker.send(items[worker.at])
                else:
                    del crew[line]
                    worker.end()
    finally:
        for worker in crew.values():
            worker.end()
        os.close(held)
        os.close(lifeline)


def _add_worker(crew: dict[Connection, _Worker], work: Callable[[Any], Any], lifeline: int) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-c", _START, str(theirs.fileno()), str(lifeline), json.dumps(sys.path)],
            stdin=subprocess.DEVNULL,
            stdout=2,  # what a library prints must not end up among the results
            pass_fds=(theirs.fileno(), lifeline),
            process_group=0,
        )
    worker = _Worker(process, Connection(ours.detach()))
    crew[worker.line] = worker
    worker.send(work)


def _cause_of_death(worker: _Worker) -> str:
    worker.line.close()
    code = worker.process.wait()
    if code >= 0:
        return f"the worker process ended by itself with status {code}"
    name = signal.Signals(-code).name
    hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return f"the worker process was ended by {name}{hint}"
