"""What is called while many items are worked through."""

from __future__ import annotations

from collections.abc import Callable

#: Called with how many items are done, and how many there are.
Progress = Callable[[int, int], None]
