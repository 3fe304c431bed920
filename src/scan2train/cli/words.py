"""Lists on the command line: words between commas."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """``"GEO, PIX001"`` as ``("GEO", "PIX001")``."""
    return tuple(word.strip() for word in text.split(",") if word.strip())
