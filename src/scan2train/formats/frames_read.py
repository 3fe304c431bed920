"""Whoever waits for a volume is told of every frame that has been read.

A listener holds for what is read within its ``with``, in the thread that entered it: it need not be handed through
every function that reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LISTENER: ContextVar[Callable[[], None] | None] = ContextVar("frame_listener", default=None)


@contextmanager
def listening(frame_read: Callable[[], None]) -> Iterator[None]:
    """``frame_read`` is called once for every frame that is read meanwhile, from any thread."""
    token = _LISTENER.set(frame_read)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def listener() -> Callable[[], None]:
    """Who listens here; nobody does, most often."""
    return _LISTENER.get() or _nobody


def _nobody() -> None:
    return None
