"""From what a user names on the command line to a sitting."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from scan2train.errors import UnreadableFile
from scan2train.paths import path_given
from scan2train.runners.progress import Progress
from scan2train.viewing.decisions import require_csv
from scan2train.viewing.entry import Entry, LabelSource
from scan2train.viewing.ids import id_of_path
from scan2train.viewing.opened_set import open_set
from scan2train.viewing.overlapping import labels_of_file
from scan2train.viewing.session import Session

#: Where decisions go unless it is said otherwise: the current folder.
CHOICES = "choices.csv"


def start(
    source: str | Path,
    *,
    labels: Path | None = None,
    second: Path | None = None,
    choices: Path | None = None,
    cache: bool = True,
    salt: Path | None = None,
    progress: Progress | None = None,
) -> Session:
    """Open a set; ``labels`` are laid over its first image, and so is the ``second`` image.

    Raises
    ------
    WrongUse
        If decisions are to be kept in a file of another kind than CSV.
    UnreadableFile
        If there are no such labels.
    Scan2TrainError
        As :func:`scan2train.viewing.opened_set.open_set`, of ``source`` and of ``second``.
    """
    kept = choices or Path(CHOICES)
    require_csv(kept)
    opened = open_set(source, cache=cache, salt=salt, progress=progress)
    entries = dict(opened.entries)
    over = None if second is None else open_set(second, cache=cache, salt=salt)
    alone = len(entries) == 1 or opened.kind == "file" or labels is not None or over is not None
    first = next(iter(entries)) if alone else None
    mask = None if labels is None else _labels_given(labels)
    if mask is not None and first is not None:
        entries[first] = replace(entries[first], labels=(mask, *entries[first].labels))
    second_id = None
    if over is not None:
        other = _other(over.entries, first)
        entries.setdefault(other.id, other)
        second_id = other.id
    shown = mask.id if mask is not None else None
    if shown is None and first is not None and entries[first].labels:
        shown = entries[first].labels[0].id
    return Session(
        opened=opened,
        entries=entries,
        open=first,
        second=second_id,
        labels=shown,
        choices=kept,
        sources=(
            *opened.sources,
            *(() if over is None else over.sources),
            *(() if labels is None else (labels,)),
        ),
    )


def _other(entries: dict[str, Entry], first: str | None) -> Entry:
    """The first image of another set that is not the one it lies over."""
    return next((one for one in entries.values() if one.id != first), next(iter(entries.values())))


def _labels_given(path: Path) -> LabelSource:
    if not path_given(path, "labels").exists():
        raise UnreadableFile("there is no such file or folder", where=path)
    return LabelSource(id=id_of_path(path), name=path.name, read=partial(labels_of_file, path), path=path)
