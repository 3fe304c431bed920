"""What an earlier run laid out in another way, removed: links, and arrays made of the cases, which stay themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scan2train.preparing.journal import Journal
from scan2train.preparing.layouts import DESCRIPTION, SPLITS
from scan2train.preparing.linking import PARTS, bring_in_step
from scan2train.preparing.stacked import ARRAYS, TABLE


def take_down(out: Path, journal: Journal, asked: Mapping[str, Any]) -> str:
    """Remove the layout's folder, and the arrays of ``--stack``, that the run before made and this one is not to make.

    Files in the folder that no run of ours wrote stay, and the folder with them.

    Returns
    -------
    The names of what was removed, folder or files; empty where there was nothing.
    """
    before = journal.asked or {}
    stacks = [file for array in ARRAYS if (file := out / f"{array}.npy").exists()]
    if before.get("stack") and not asked.get("stack"):
        for file in (out / TABLE, *stacks):
            file.unlink(missing_ok=True)
        return ", ".join(file.name for file in stacks)
    name = str(before.get("folder", ""))
    folder = out / name
    if not name or name == asked.get("folder") or not folder.is_dir():
        return ""
    bring_in_step(folder, {})
    (folder / DESCRIPTION).unlink(missing_ok=True)
    if f"{name}/{SPLITS}" in journal.beside:
        (folder / SPLITS).unlink(missing_ok=True)
    for empty in (*(folder / part for part in PARTS), folder):
        if not any(empty.iterdir()):
            empty.rmdir()
    return name
