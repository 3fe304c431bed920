"""The folder that a demo may write into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scan2train.errors import OutputInUse

if TYPE_CHECKING:
    from pathlib import Path

_MARK = "made-by-scan2train-demo.txt"
_BEGUN = "begun\n"
_WHOLE = "The hospital in this folder is made up. The whole folder can be deleted.\n"


def claim(folder: Path) -> bool:
    """Take a folder for the demo; ``True`` where an earlier demo has left its hospital whole.

    Raises
    ------
    OutputInUse
        If the folder holds something that is not a demo's, or is not a folder.
    """
    mark = folder / _MARK
    if mark.is_file():
        return mark.read_text(encoding="utf-8") == _WHOLE
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputInUse(
            "this holds something that is not a demo's, and the demo overwrites nothing",
            where=folder,
            expected="an empty folder, a new one, or that of an earlier demo",
            advice="Give another folder with -o.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(_BEGUN, encoding="utf-8")
    return False


def finish(folder: Path) -> None:
    """Say that the hospital is whole."""
    (folder / _MARK).write_text(_WHOLE, encoding="utf-8")
