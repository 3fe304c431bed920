"""The files that a case was made from, named without their place on this machine, and what they held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from scan2train.formats.image_files import image_files
from scan2train.formats.sibling import below
from scan2train.preparing.atomic import sha256_of
from scan2train.preparing.job import Job
from scan2train.preparing.pairing import file_of


def root_names(sources: Iterable[str]) -> dict[str, str]:
    """What each source is called: its own name without the folders above it, and a number where that is taken.

    The first of several of one name keeps it; the others are numbered from 2 in the order given, past any number
    that makes the name of yet another source.
    """
    paths = list(dict.fromkeys(sources))
    taken = {Path(path).name for path in paths}
    names: dict[str, str] = {}
    for path in paths:
        name = Path(path).name
        if name in names.values():
            free = (f"{name}-{number}" for number in count(2))
            name = next(one for one in free if one not in taken)
            taken.add(name)
        names[path] = name
    return names


def source_files(row: Mapping[str, Any]) -> dict[str, Path]:
    """The files of a volume, in order of their names: path below the source to absolute path."""
    source = Path(row["source"])
    files = _files(row, row["member_path"])
    return dict(sorted((path_below(source, file), file) for file in files))


def stamps(row: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Path below the source, size in bytes and time of change in ns of each file of a volume, copies included.

    A file that cannot be looked at has a size of -1: reading the case will say why.
    """
    source = Path(row["source"])
    members = sorted({*(row["member_path"] or ()), *(row.get("spare_path") or ())})
    return [_stamp(source, file) for file in _files(row, members)]


def _files(row: Mapping[str, Any], members: Sequence[str]) -> list[Path]:
    source = Path(row["source"])
    if not source.is_dir():
        return [Path(file_of(row))]
    return [source / path for path in (*members, *(row.get("data_path") or ()))]


def _stamp(source: Path, file: Path) -> tuple[str, int, int]:
    try:
        seen = file.stat()
    except OSError:
        return path_below(source, file), -1, 0
    return path_below(source, file), seen.st_size, seen.st_mtime_ns


def path_below(source: Path, file: Path) -> str:
    """``file`` relative to ``source``, with forward slashes; its bare name if it lies elsewhere or is the source."""
    inside = file != source and file.is_relative_to(source)
    return (file.relative_to(source) if inside else Path(file.name)).as_posix()


def describe_sources(row: Mapping[str, Any], root: str) -> list[dict[str, str]]:
    """For each file of a volume: the name of its source, path below it, and SHA-256 of what it holds now."""
    return [
        {"source": root, "path": path, "sha256": sha256_of(file)} for path, file in source_files(row).items()
    ]


def describe_labels(job: Job) -> list[dict[str, str]]:
    """For the file of a case's labels, and those of its detached voxels: as :func:`describe_sources`."""
    own = Path(job.labels)
    return [
        {
            "source": job.labels_root,
            "path": job.labels_path if file == own else below(own, job.labels_path, file),
            "sha256": sha256_of(file),
        }
        for file in image_files(own)
    ]


def without_place(text: str, row: Mapping[str, Any]) -> str:
    """A message about a row's files, without the folders above their source: what we write is passed on to others."""
    return text.replace(f"{Path(row['source']).parent}/", "")


def path_of_image(path: str, job: Job) -> str:
    """What a finding calls a file of the image: its path below the source; one without a place stays as it is."""
    return path_below(Path(job.row["source"]), Path(path)) if Path(path).is_absolute() else path


def path_of_labels(path: str, job: Job) -> str:
    """What a finding calls a file of the labels: as the account does; one without a place stays as it is."""
    return below(Path(job.labels), job.labels_path, Path(path)) if Path(path).is_absolute() else path


def without_places(text: str, job: Job) -> str:
    """A message about a case, without the folders above its source nor those above its labels."""
    if job.labels:
        text = text.replace(job.labels, f"{job.labels_root}/{job.labels_path}")
    return without_place(text, job.row)
