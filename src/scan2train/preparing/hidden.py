"""Hidden files that a desktop or a user leaves in folders: they are nobody's data, and harm nothing."""

from __future__ import annotations

from typing import Final

from scan2train.preparing.atomic import UNFINISHED

#: Hidden where they come from, though their names do not say so.
_OF_WINDOWS: Final = frozenset({"thumbs.db", "desktop.ini"})


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is such; what a run left unfinished is not, nor what lies deeper."""
    if "/" in name or name.startswith(UNFINISHED):
        return False
    return name.startswith(".") or name.lower() in _OF_WINDOWS
