"""Ids of what the volumes table has none for."""

from __future__ import annotations

import hashlib
from pathlib import Path


def id_of_path(path: Path) -> str:
    """12 hex digits that stand for a file: the same for the same place."""
    return hashlib.sha256(str(path.absolute()).encode(errors="surrogateescape")).hexdigest()[:12]
