"""Where a finding lies, as other programs want to be told: seen from the folder that a run was started in."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from scan2train.checking.places import Places
from scan2train.finding import Finding


def seen_from(folder: Path, one: Finding, places: Places) -> tuple[str, bool] | None:
    """The path with ``/`` between names, and whether it is relative to ``folder``; ``None`` where none is known."""
    whole = places.of(one)
    if whole is None:
        return None if one.where.path is None else (one.where.path, True)
    if whole.is_relative_to(folder):
        return whole.relative_to(folder).as_posix(), True
    return whole.as_posix(), False


def as_uri(path: str, relative: bool) -> str:
    """A path as a URI reference (RFC 3986); bytes that are no text stay what they are."""
    text = quote(path, safe="/", errors="surrogateescape")
    if not relative:
        return f"file://{text}" if text.startswith("/") else f"file:///{text}"
    return text or "."
