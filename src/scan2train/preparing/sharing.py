"""What tells whose labels a given file is, where its name would do for several images: its folders, and its grid."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from scan2train.errors import Scan2TrainError
from scan2train.formats.registry import by_format
from scan2train.formats.sniff import HEAD_BYTES, sniff
from scan2train.grid import Grid
from scan2train.knowledge.file_names import image_folder, label_folder
from scan2train.pairing.place import Place


def place_in_file(file: Path) -> Place | None:
    """The grid of a file of labels, by its header; ``None`` where it cannot be read."""
    try:
        kind = format_of(file)
        if kind is None:
            return None
        grid: Grid = by_format(kind).read_header(file).grid
    except (Scan2TrainError, OSError):
        return None
    return grid.shape, grid.affine.ravel().tolist()


def format_of(file: Path) -> str | None:
    """The format word of a file's content; ``None`` for DICOM, and where it is no image."""
    with file.open("rb") as opened:
        kind = sniff(opened.read(HEAD_BYTES), file.name)
    return None if kind == "dicom" else kind


def in_the_same_folders(label: PurePosixPath, images: Mapping[int, PurePosixPath]) -> list[int]:
    """Those of ``images`` whose folders are the labels' own; all paths are below what was given.

    Folders that mean no more than "images" or "labels" do not count. Where none has the very same folders, those
    will do that one path has at the end of the other.
    """
    own = _folders(label)
    theirs = {at: _folders(path) for at, path in images.items()}
    same = [at for at, folders in theirs.items() if folders == own]
    if same or not own:
        return same
    return [at for at, folders in theirs.items() if folders and _ends_alike(own, folders)]


def _ends_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shared = min(len(one), len(other))
    return one[-shared:] == other[-shared:]


def _folders(path: PurePosixPath) -> tuple[str, ...]:
    folders = (part.lower() for part in path.parent.parts)
    return tuple(part for part in folders if image_folder(part) is None and label_folder(part) is None)
