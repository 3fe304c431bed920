"""The data file that a header names: taken only from the header's own folder."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from scan2train.errors import HostileFile, UnreadableFile

_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")


def beside(header: Path, name: str) -> Path:
    """Find the file ``name`` that ``header`` speaks of.

    Parameters
    ----------
    header
        The header's file.
    name
        What it says: a path relative to the header's folder, without steps upwards.

    Raises
    ------
    HostileFile
        If the name is absolute, an address, or leads out of the header's folder, by itself or by a link.
    UnreadableFile
        If there is no such file, or it is the header itself.
    """
    plain = name.replace("\\", "/")
    parts = Path(plain).parts
    if "\0" in name or _URL.match(name) or plain.startswith("/") or plain[1:2] == ":" or ".." in parts:
        raise _outside(header, name)
    folder = Path(os.path.realpath(header.parent))
    found = Path(os.path.realpath(folder / plain))
    if not found.is_relative_to(folder):
        raise _outside(header, name)
    if not plain.strip() or not found.is_file():
        raise UnreadableFile(
            "the data file that the header names is missing",
            where=header,
            expected=ascii(name),
            advice="Put it back beside the header.",
        )
    if found.samefile(header):
        raise UnreadableFile("the header names itself as its data file", where=header)
    return folder / plain


def below(header: Path, path: str, file: Path) -> str:
    """Name ``file``, one of the files of an image, as ``path`` names the image's header: relative to the same folder.

    Parameters
    ----------
    header
        The header's file.
    path
        The same, relative to some folder, with forward slashes.
    file
        A file in the header's folder or further down, such as :func:`beside` gives.
    """
    home = header.parent
    if not file.is_relative_to(home):
        home = Path(os.path.realpath(home))
    return (PurePosixPath(path).parent / file.relative_to(home).as_posix()).as_posix()


def _outside(header: Path, name: str) -> HostileFile:
    return HostileFile(
        "the header names a data file outside its own folder",
        where=header,
        expected="a file in the same folder",
        found=ascii(name),
        advice="Nothing outside was read. Move the data file beside the header if it is yours.",
    )
