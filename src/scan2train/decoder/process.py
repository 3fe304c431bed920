"""One decoder process, seen from the process that started it."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train import errors
from scan2train.decoder.task import Run, Task
from scan2train.errors import HostileFile, Scan2TrainError, UnreadableFile

#: What the process runs. ``-P`` and the caller's own path: what lies in the current folder must not be imported. The
#: caller's main module is never imported, so that scripts and notebooks need no ``if __name__ == "__main__"``.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[3])\n"
    "from scan2train.decoder.child import main; main(int(sys.argv[1]), int(sys.argv[2]))"
)
#: No threads, which would each set memory aside; and what one frame has taken from the system is there for the next.
_ALONE = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 20),
}
#: Shared memory that an idle process may keep.
_KEPT = 16 << 20


class DecoderProcess:
    """Takes tasks, and answers them in their order.

    Tasks are asked for some at a time, for every message costs a change of processes. Their results lie in memory that
    both share, in a slot for each of the lots that are under way. It stands in a
    process group of its own, so that an interrupt reaches the caller alone; it ends when its line closes, as it does
    however the caller ends.

    Raises
    ------
    Scan2TrainError
        If it cannot be started.
    """

    def __init__(self) -> None:
        self._memory = _anonymous_file()
        self._size = self._slot = 0
        self._shared = mmap.mmap(-1, 1)
        self._waiting: list[Sequence[Task]] = []
        self._heard = b""
        self._ready = False
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    [
                        *(sys.executable, "-P", "-c", _START),
                        *(str(theirs.fileno()), str(self._memory), json.dumps(sys.path)),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,  # a codec's last words; what became of it is said by its status
                    pass_fds=(theirs.fileno(), self._memory),
                    process_group=0,
                    env={**os.environ, **_ALONE},
                )
            except OSError as error:
                ours.close()
                os.close(self._memory)
                raise _cannot_start(error) from error
        self._line = ours

    def fileno(self) -> int:
        """The descriptor to wait on for answers."""
        return self._line.fileno()

    @property
    def busy(self) -> bool:
        """Whether tasks are under way."""
        return bool(self._waiting)

    @property
    def alive(self) -> bool:
        """Whether the process runs, as far as is known."""
        return self._process.poll() is None

    def begin(self, run: Run, slots: int, lot: int, size: int) -> None:
        """Begin a run with room for ``slots`` lots of ``lot`` tasks each, with results of up to ``size`` bytes."""
        self._size = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
        self._slot = lot * self._size
        wanted = mmap.PAGESIZE + slots * self._slot
        if len(self._shared) != wanted:
            self._shared = mmap.mmap(-1, 1)
            os.ftruncate(self._memory, wanted)
            self._shared = mmap.mmap(self._memory, wanted)
        self._tell((run, size))

    def send(self, lot: Sequence[Task], slot: int) -> None:
        """Ask for some tasks, their results in a slot that no others use."""
        self._waiting.append(lot)
        self._tell([(self._begin(slot, n), task.size, task.arguments) for n, task in enumerate(lot)])

    def receive(self) -> list[list[tuple[str, ...]]]:
        """Wait for answers: the words of each task of one or more lots, in the order in which they were sent.

        Raises
        ------
        UnreadableFile, HostileFile
            If the process died of a task, or was ended for the time that this took.
        Scan2TrainError, OSError
            As the task's work.
        """
        heard = self._hear()
        *lines, self._heard = (self._heard + heard).split(b"\n")
        answers = []
        for line in lines:
            lot = self._waiting.pop(0)
            answers.append([_words(*pair) for pair in zip(json.loads(line), lot, strict=True)])
            self._ready = True
        return answers

    def result(self, slot: int, n: int, size: int) -> npt.NDArray[np.uint8]:
        """The bytes of the ``n``-th result in a slot."""
        return np.frombuffer(self._shared, dtype=np.uint8, count=size, offset=self._begin(slot, n))

    def rest(self) -> None:
        """End a run: let go of what its tasks shared."""
        self._tell(None)
        if len(self._shared) > _KEPT:
            self._shared = mmap.mmap(-1, 1)
            os.ftruncate(self._memory, 0)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._line.close()
        os.close(self._memory)
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Let go of the process of another one, of which this is a fork."""
        self._line.close()
        os.close(self._memory)
        self._process.returncode = 0

    def _begin(self, slot: int, n: int) -> int:
        return mmap.PAGESIZE + slot * self._slot + n * self._size

    def _tell(self, thing: object) -> None:
        with contextlib.suppress(ConnectionError):  # it died meanwhile; its closed line will tell
            self._line.sendall(pickle.dumps(thing))

    def _hear(self) -> bytes:
        try:
            heard = self._line.recv(1 << 16)
        except ConnectionError:
            heard = b""
        if not heard:
            raise self._death()
        return heard

    def _death(self) -> Scan2TrainError:
        code = self._process.wait()
        task = self._waiting[0][self._shared[0]]
        self._waiting.clear()
        if code >= 0 and not self._ready:
            return _cannot_start(f"it ended by itself with status {code}")
        if code == -signal.SIGALRM:
            return HostileFile(
                "decoding does not come to an end",
                where=task.where,
                found=f"no result of {task.size} bytes after so much time",
                advice="The file may be damaged. Fetch it again.",
            )
        how = (
            f"ended by itself with status {code}"
            if code >= 0
            else f"was ended by {signal.Signals(-code).name}"
        )
        hint = ", as the system does when memory runs out" if code == -signal.SIGKILL else ""
        return UnreadableFile(
            "the compressed pixels cannot be decoded",
            where=task.where,
            expected="a stream that a decoder survives",
            found=f"the decoder's process {how}{hint}",
            advice="The file may be damaged. Fetch it again.",
        )


def _words(answer: dict[str, Any], task: Task) -> tuple[str, ...]:
    if "words" in answer:
        return tuple(answer["words"])
    if "error" in answer:
        error: Scan2TrainError = getattr(errors, answer["error"])("")
        error.__dict__.update(answer["state"])
        error.args = (error.message,)
        error.where = error.where or task.where
        raise error
    if "system" in answer:
        raise OSError(*answer["system"])
    raise RuntimeError(f"decoding {task.where} failed: {answer['failure']}")


def _cannot_start(why: object) -> Scan2TrainError:
    return Scan2TrainError(
        "the process that decodes compressed pixels cannot be started",
        expected=f"a Python that has scan2train at {sys.executable}",
        found=why,
        advice="Set SCAN2TRAIN_DECODE_IN_PLACE=1 to decode in this process, if you trust where the files come from.",
    )


def _anonymous_file() -> int:
    """A file without a name, in memory where the system has such; it goes with the last process that has it open."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("scan2train-decoder", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
