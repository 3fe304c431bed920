"""Files of a set that are images by their content, or should be, and cannot be shown: named, so that none is missed."""

from __future__ import annotations

from typing import Any

import polars as pl

from scan2train.viewing.opened_set import OpenedSet

#: A list of more than this helps nobody; ``scan2train check`` tells all.
_MOST = 500


def refused_files(opened: OpenedSet) -> dict[str, Any]:
    """How many there are, and the first of them by name, each with its code and what was found."""
    if opened.index is None:
        return {"count": 0, "files": []}
    refused = opened.index.skipped.filter(pl.col("code").fill_null("") != "").sort("path")
    columns = refused.head(_MOST).select(name="path", code="code", message="message")
    return {"count": refused.height, "files": columns.to_dicts()}
