"""Rules as a lab would write them, for the tests of what runs them."""

from __future__ import annotations

from pathlib import Path

PAGE = '''"""{title}.

What it finds
-------------
Something.

Why it matters
--------------
It does.

What to do
----------
Mend it, in
two lines.

And read on.
"""
'''
HEAD = """
from scan2train.rule import error, info, warning
import polars as pl
import os
"""
EXAMPLES = """
def examples():
    return ()
"""


def write_rule(folder: Path, name: str, body: str, *, page: str = PAGE.format(title="A rule")) -> Path:
    """One rule's file: ``body`` has its ``check``, and FACTS if it wants some."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.py"
    path.write_text(f"{page}{HEAD}\n{body}\n{EXAMPLES}", encoding="utf-8")
    return path


#: Speaks of every volume.
LOUD = """
def check(row):
    yield warning("a volume", seen=row["modality"])
"""
