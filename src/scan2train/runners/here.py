"""One item after the other, in this process."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
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
    """An unforeseen exception in one line, with the place in the code where it arose."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" (in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno})"
    return f"unforeseen {type(error).__name__}: {' '.join(str(error).split())}{place}"
