"""One item after the other, in this process."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

from scan2train.runners.outcome import Outcome


def run_here(work: Callable[[Any], Any], items: Sequence[Any]) -> Generator[Outcome]:
    """Yield the outcome of ``work(item)`` for each item, in their order.

    An exception of ``work`` is that item's failure and not the end; ``KeyboardInterrupt`` goes through.
    """
    for at, item in enumerate(items):
        try:
            value = work(item)
        except Exception as error:  # noqa: BLE001 - one item's bug must not cost the others
            yield Outcome(at, failure=in_words(error))
        else:
            yield Outcome(at, value)


def in_words(error: BaseException) -> str:
    """An unforeseen exception in one line, with the last place in this package that it came through."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        name = Path(frame.filename)
        if "scan2train" in name.parts:
            place = f" ({name.parent.name}/{name.name}, line {frame.lineno})"
    return f"unforeseen {type(error).__name__}: {' '.join(str(error).split())}{place}"
