"""What became of one item of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one item, or why there is none.

    ``at`` is the item's place in the sequence that was given; ``value`` what the function returned; ``failure``
    is empty unless the function raised or its worker died, and then says so in one sentence; ``died`` tells the two
    apart.
    """

    at: int
    value: Any = None
    failure: str = ""
    died: bool = False
