"""Which settings file holds for an audit, and how far it is trusted.

The nearest ``scan2train.toml``, or ``pyproject.toml`` with a table ``tool.scan2train``, at or above the working folder;
where there is none, the nearest at or above the sources. A person's own place comes first, so that what arrived with a
data set never takes the place of it. A file that a person neither named nor stands beside is data: it may choose among
rules, and it may not bring rules of its own, which are programs.
"""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from pathlib import Path

from scan2train.checking.settings import Settings, settings_of
from scan2train.errors import WrongUse

_NAMES = ("scan2train.toml", "pyproject.toml")
_TABLE = b"tool.scan2train"
_MOST_BYTES = 1 << 20


def read_settings(file: Path) -> Settings:
    """The settings of a file that a person named.

    Raises
    ------
    WrongUse
        If it is no file, too long, not text, or not as settings are.
    """
    if not file.is_file():
        raise WrongUse("there is no such settings file", where=file)
    return settings_of(_text(file), file.absolute())


def find_settings(sources: Sequence[Path], working: Path) -> Settings:
    """The settings that hold for ``sources`` when a person works in ``working``; empty ones where there is no file.

    Raises
    ------
    WrongUse
        If the file that holds is not as settings are, or names folders of rules though it came with the data.
    """
    here = working.resolve()
    file = _nearest(here) or _nearest(_shared(sources))
    if file is None:
        return Settings()
    found = settings_of(_text(file), file)
    if found.rules and not is_own(file, sources, here):
        raise WrongUse(
            "these settings name rules, which are programs, and nobody has named the file",
            where=file,
            found=f"rules = [{', '.join(repr(folder.name) for folder in found.rules)}]",
            advice=f"If you trust it, name it: --config {file}. If not: --isolated.",
        )
    return found


def is_own(file: Path, sources: Sequence[Path], working: Path) -> bool:
    """Whether a settings file is a person's own: at or above the folder ``working``, and in none of the sources."""
    folder = file.resolve().parent
    inside = any(source.is_dir() and folder.is_relative_to(source.resolve()) for source in sources)
    return working.resolve().is_relative_to(folder) and not inside


def _nearest(folder: Path) -> Path | None:
    for place in (folder, *folder.parents):
        for name in _NAMES:
            file = place / name
            if file.is_file() and (name == _NAMES[0] or _TABLE in _bytes(file)):
                return file
    return None


def _shared(sources: Sequence[Path]) -> Path:
    """The folder that all sources are in, or are."""
    folders = [source.resolve() if source.is_dir() else source.resolve().parent for source in sources]
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # drives of Windows have no folder in common
        return folders[0]


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES + 1)


def _text(file: Path) -> str:
    content = _bytes(file)
    if len(content) > _MOST_BYTES:
        raise WrongUse(
            "the settings file is too long to be one", where=file, expected=f"at most {_MOST_BYTES} bytes"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse("the settings file is not text", where=file, expected="UTF-8", found=error) from None
