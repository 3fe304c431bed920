"""Tasks in, decoded bytes out, one after the other, while the next are being decoded."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from selectors import EVENT_READ, DefaultSelector

import numpy as np
import numpy.typing as npt

from scan2train.decoder import pool
from scan2train.decoder.process import DecoderProcess
from scan2train.decoder.task import Done, Kept, Run, Task

#: A second process, or thread, is worth its start from so many tasks on.
_WORTH_A_SECOND = 8
#: Tasks that are asked for together, and the bytes that their results may take. Of each process two such lots are under
#: way, so that it never waits. Few bytes stay in the processor's cache until they are fetched.
_MOST_TASKS, _MOST_BYTES, _SLOTS = 8, 2 << 20, 2


def decoded(run: Run, tasks: Sequence[Task], *, safe: bool = False) -> Generator[Done]:
    """Decode in processes of their own, or here if that was asked for (:func:`~scan2train.decoder.pool.in_place`).

    Parameters
    ----------
    run, tasks
        What to decode. Tasks come back in any order.
    safe
        Whether the decoder is no native code, so that it can run here, in threads.

    Raises
    ------
    UnreadableFile, HostileFile
        If a process died of a task, or did not come to an end.
    Scan2TrainError, OSError
        As the tasks' work.
    """
    if safe or pool.in_place():
        yield from _here(run, tasks)
        return
    crew = pool.take(2 if len(tasks) >= _WORTH_A_SECOND else 1)
    try:
        yield from _in_processes(run, tasks, crew)
    finally:
        pool.give_back(crew)


def _in_processes(run: Run, tasks: Sequence[Task], crew: list[DecoderProcess]) -> Iterator[Done]:
    size = max(task.size for task in tasks)
    most = max(1, min(_MOST_TASKS, _MOST_BYTES // size, len(tasks) // (2 * len(crew))))
    slots = min(_SLOTS, len(tasks))
    asked = 0
    under_way: dict[DecoderProcess, deque[tuple[int, int]]] = {process: deque() for process in crew}

    def ask(process: DecoderProcess, slot: int) -> None:
        nonlocal asked
        # Lots become small towards the end: both processes should come to theirs together.
        first, asked = asked, asked + max(1, min(most, (len(tasks) - asked) // (3 * len(crew))))
        if first < len(tasks):
            process.send(tasks[first:asked], slot)
            under_way[process].append((first, slot))

    with DefaultSelector() as lines:
        for process in crew:
            lines.register(process, EVENT_READ, process)
            process.begin(run, slots, most, size)
        for slot in range(slots):
            for process in crew:
                ask(process, slot)
        while any(process.busy for process in crew):
            for key, _ in lines.select():
                process = key.data
                for lot in process.receive():
                    first, slot = under_way[process].popleft()
                    for n, words in enumerate(lot):
                        yield Done(first + n, process.result(slot, n, tasks[first + n].size), words)
                    ask(process, slot)


def _here(run: Run, tasks: Sequence[Task]) -> Iterator[Done]:
    kept: Kept = {}

    def work(task: Task) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
        out = np.empty(task.size, dtype=np.uint8)
        return out, run.work(kept, out, run.common, *task.arguments)

    if len(tasks) < _WORTH_A_SECOND:
        for at, task in enumerate(tasks):
            yield Done(at, *work(task))
        return
    with ThreadPoolExecutor(2) as threads:
        ahead: deque[Future[tuple[npt.NDArray[np.uint8], tuple[str, ...]]]] = deque()
        try:
            for at in range(len(tasks)):
                while len(ahead) < 3 and at + len(ahead) < len(tasks):
                    ahead.append(threads.submit(work, tasks[at + len(ahead)]))
                yield Done(at, *ahead.popleft().result())
        finally:
            for future in ahead:
                future.cancel()
