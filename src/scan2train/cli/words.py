"""Words on the command line: lists between commas, and numbers of things."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """``"GEO, PIX001"`` as ``("GEO", "PIX001")``."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def numbered(n: int, word: str) -> str:
    """``"1 case"``, and ``"2 cases"`` of any other number."""
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
