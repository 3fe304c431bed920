"""Images kept in memory: each read once, in the background, and the longest unseen given up where room runs out."""

from __future__ import annotations

import os
from collections import Counter, OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Lock, Semaphore, Thread
from typing import Literal

from scan2train.formats.frames_read import listening
from scan2train.viewing.image import Image

State = Literal["waiting", "reading", "ready", "failed"]
#: Images that are read at once.
_AT_ONCE = 2


class Kept:
    """A cache of open images, bounded by bytes; the last one that was asked for is always kept.

    Parameters
    ----------
    read
        Gives the image of an id; called in a thread of its own.
    most_bytes
        How much all of them may take; half of this machine's memory if not given.
    """

    def __init__(self, read: Callable[[str], Image], most_bytes: int | None = None) -> None:
        self._read = read
        self._most = most_bytes or _half_of_memory()
        self._futures: OrderedDict[str, Future[Image]] = OrderedDict()
        self._states: dict[str, State] = {}
        self._frames: Counter[str] = Counter()
        self._lock = Lock()
        self._room = Semaphore(_AT_ONCE)

    def open(self, id: str) -> Future[Image]:  # noqa: A002 - what it is called everywhere else
        """The image, when it has been read. What failed is tried again when it is asked for again."""
        with self._lock:
            known = self._futures.get(id)
            if known is not None and not (known.done() and known.exception() is not None):
                self._futures.move_to_end(id)
                return known
            future: Future[Image] = Future()
            self._futures[id] = future
            self._states[id] = "waiting"
        # A thread that nobody waits for at the end: a command that is interrupted ends at once.
        Thread(target=self._work, args=(id, future), daemon=True).start()
        return future

    def state(self, id: str) -> State | None:  # noqa: A002
        """How far an image is; ``None`` where nobody has asked for it."""
        return self._states.get(id)

    def frames(self, id: str) -> int:  # noqa: A002
        """How many frames of an image have been read, of a format that is read frame by frame."""
        return self._frames[id]

    def ready(self, id: str) -> Image | None:  # noqa: A002
        """The image, if it is in memory now."""
        with self._lock:
            future = self._futures.get(id)
        return future.result() if future is not None and _is_good(future) else None

    def _work(self, id: str, future: Future[Image]) -> None:  # noqa: A002
        with self._room:
            self._states[id] = "reading"
            self._frames[id] = 0
            try:
                with listening(partial(self._count, id)):
                    image = self._read(id)
            except BaseException as error:  # noqa: BLE001 - whoever waits is told
                self._states[id] = "failed"
                future.set_exception(error)
                return
            self._states[id] = "ready"
            future.set_result(image)
            self._give_up_the_oldest(id)

    def _count(self, id: str) -> None:  # noqa: A002
        # Two threads may read at once; one that is lost by it is made good when all are there.
        self._frames[id] += 1

    def _give_up_the_oldest(self, newest: str) -> None:
        with self._lock:
            held = [(one, future.result().bytes) for one, future in self._futures.items() if _is_good(future)]
            total = sum(size for _, size in held)
            for one, size in held:
                if total <= self._most:
                    break
                if one != newest:
                    del self._futures[one], self._states[one]
                    total -= size


def _is_good(future: Future[Image]) -> bool:
    return future.done() and future.exception() is None


def _half_of_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
