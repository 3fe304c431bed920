"""The masks of a folder, by their paths in it."""

from __future__ import annotations

from pathlib import Path

from scan2train.errors import NoImages, UnknownName
from scan2train.formats.registry import by_suffix
from scan2train.indexing.tree import walk_tree
from scan2train.knowledge.file_names import natural_key, stem


def masks_of(folder: Path) -> tuple[str, ...]:
    """Files, and folders of Zarr, whose suffix is that of an image that can be written, in natural order.

    Others are passed over.

    Raises
    ------
    NoImages
        If there is none.
    """
    found = {path for path in map(_whole, walk_tree(folder).paths) if _is_image(Path(path))}
    if not found:
        raise NoImages(
            "no mask was found", where=folder, expected="files such as case.nii.gz, as nnU-Net writes them"
        )
    return tuple(sorted(found, key=natural_key))


def is_one(path: Path) -> bool:
    """Whether this is one mask: a file, or a folder of Zarr."""
    return path.suffix.lower() == ".zarr" or not path.is_dir()


def _whole(path: str) -> str:
    """Of a file within a folder of Zarr that folder, of others the file."""
    parts = path.split("/")
    ends = [n for n, part in enumerate(parts, start=1) if part.lower().endswith(".zarr")]
    return "/".join(parts[: ends[0]]) if ends else path


def case_of(path: str) -> str:
    """What the case of a file is called: its path without the suffix."""
    file = Path(path)
    return file.with_name(stem(file.name)).as_posix()


def _is_image(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    try:
        by_suffix(path)
    except UnknownName:
        return False
    return True
