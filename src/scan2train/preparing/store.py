"""How the volumes of a case are stored: what their files are called, and which of them each one consists of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from scan2train.formats.registry import written

Store = Literal["nifti", "zarr", "b2nd", "npy"]

_SUFFIX: Final[Mapping[str, str]] = {"nifti": ".nii.gz", "zarr": ".zarr", "b2nd": ".b2nd", "npy": ".npy"}


def file_name(part: str, store: Store) -> str:
    """The file or folder of a case's ``part``, which is image, labels or valid."""
    return part + _SUFFIX[store]


def files_of(path: Path) -> list[Path]:
    """The files that writing a volume to ``path`` left, by their names: those below it where it is a folder."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    return list(written(path))


def hash_of(part: str, store: Store, files: Mapping[str, tuple[int, str]]) -> str:
    """The SHA-256 that stands for a case's ``part``, empty where it has none.

    That of the file; for a folder of files that over a line for each, ``<sha256>  <name>``, in order of their names, as
    ``sha256sum`` prints it.
    """
    name = file_name(part, store)
    if name in files:
        return files[name][1]
    below = sorted((file, sha256) for file, (_, sha256) in files.items() if file.startswith(f"{name}/"))
    if not below:
        return ""
    return hashlib.sha256("".join(f"{sha256}  {file}\n" for file, sha256 in below).encode()).hexdigest()
