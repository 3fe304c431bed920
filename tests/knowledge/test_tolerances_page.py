"""The page about uneven slices names the thresholds that are in force."""

from __future__ import annotations

import re
from pathlib import Path

from scan2train.knowledge import tolerances

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "uneven.md"
_ROW = re.compile(r"^\|[^|]+\| ([\d.]+)(?: mm)? \| `(\w+)` \|$", re.MULTILINE)


def test_the_page_tells_the_numbers_that_are_used():
    rows = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert {float(number) == getattr(tolerances, name) for number, name in rows} == {True}


def test_the_page_tells_of_every_threshold_of_places():
    told = {name for _, name in _ROW.findall(PAGE.read_text(encoding="utf-8"))}
    families = ("GEO003_", "GEO004_", "GEO005_", "GEO006_", "GEO013_", "SAME_")
    assert told >= {name for name in vars(tolerances) if name.startswith(families)}
