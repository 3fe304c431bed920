"""The decoder processes of this process: at most two, started when they are needed, and kept for what is read next."""

from __future__ import annotations

import atexit
import os
import threading

from scan2train.decoder.process import DecoderProcess

#: A second process halves the time of a series; more would take memory and cores that others plan with.
MOST = 2


class _Pool:
    def __init__(self) -> None:
        self.free = threading.Condition()
        self.idle: list[DecoderProcess] = []
        self.all: set[DecoderProcess] = set()
        self.in_place = os.environ.get("SCAN2TRAIN_DECODE_IN_PLACE", "") not in ("", "0")


_pool = _Pool()


def in_place() -> bool:
    """Whether codecs run in this process itself."""
    return _pool.in_place


def decode_in_place() -> None:
    """Let codecs run in this process from now on; for workers, whose death costs one item anyway."""
    _pool.in_place = True


def decode_apart() -> None:
    """Let codecs run in processes of their own again; for workers that must outlive what they read."""
    _pool.in_place = False


def take(wanted: int) -> list[DecoderProcess]:
    """At least one process, and up to ``wanted`` if they are free; waits while other threads have all."""
    with _pool.free:
        _pool.free.wait_for(lambda: _pool.idle or len(_pool.all) < MOST)
        taken: list[DecoderProcess] = []
        try:
            while len(taken) < wanted and (_pool.idle or len(_pool.all) < MOST):
                process = _pool.idle.pop() if _pool.idle else _start()
                if process.alive:
                    taken.append(process)
                else:
                    _end(process)
        except BaseException:
            _pool.idle += taken
            raise
        return taken


def give_back(taken: list[DecoderProcess]) -> None:
    """Keep processes for the next reading; those that are still at work are ended."""
    with _pool.free:
        for process in taken:
            if process.busy or not process.alive or _pool.in_place:
                _end(process)
            else:
                process.rest()
                _pool.idle.append(process)
        _pool.free.notify_all()


def end_all() -> None:
    """End every process that lies idle."""
    with _pool.free:
        while _pool.idle:
            _end(_pool.idle.pop())


def _start() -> DecoderProcess:
    process = DecoderProcess()
    _pool.all.add(process)
    return process


def _end(process: DecoderProcess) -> None:
    _pool.all.discard(process)
    process.end()


def _after_fork() -> None:
    """Start anew in a fork: two cannot share a decoder, and the lock may be held by a thread that is not here."""
    global _pool
    theirs, _pool = _pool, _Pool()
    _pool.in_place = theirs.in_place
    for process in theirs.all:
        process.forget()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(end_all)
