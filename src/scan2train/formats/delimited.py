"""Small texts that people write, and tables in them: cells with commas, semicolons or tabs between them."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.formats.regular import open_regular


def small_text(path: Path, most: int) -> str:
    """The text of a file (UTF-8, with or without a mark) of ``most`` bytes.

    Raises
    ------
    HostileFile, UnreadableFile
        If it is no regular file, or cannot be opened.
    WrongUse
        If it is larger.
    UnicodeDecodeError
        If it is no text.
    """
    with open_regular(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise WrongUse("the file is too large", expected=f"at most {most >> 20} MiB")
    return content.decode("utf-8-sig")


def rows_of(text: str) -> csv.DictReader[str]:
    """The rows of a table whose first line names the columns; may raise ``csv.Error`` while they are read."""
    first = text.partition("\n")[0]
    return csv.DictReader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
