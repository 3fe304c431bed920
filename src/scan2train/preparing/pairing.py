"""Which labels belong to which image, by the layouts that data sets usually have.

================================  ===========================
image                             labels
================================  ===========================
``imagesTr/X_0000``               ``labelsTr/X``
``imagesTr/X``                    ``labelsTr/X``
``X``                             ``masks/X``
``volume-7``                      ``segmentation-7``
``X``                             ``X_seg``, ``X-label``, …
``case7/imaging``                 ``case7/segmentation``
``X_t1``, ``X_t2`` on one grid    ``X_seg``
``SERIES/`` (a DICOM series)      ``SERIES_seg``
================================  ===========================

Nothing is guessed: where two files could be meant for one image, the image is ambiguous and is not prepared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from scan2train.preparing.words import (
    CHANNEL,
    image_folder,
    label_folder,
    stem,
    without_image_word,
    without_label_word,
    without_sequence,
    words,
)

Key = tuple[str, ...]
Row = Mapping[str, Any]

#: Two grids are one where no number of their affines differs by more than this, in mm.
_SAME_GRID_MM = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """What was found: the rows that are labels, and for each image row the files that could be its labels.

    ``doubtful`` has the image rows that a file was named for, and others too, where nothing tells whose it is.
    """

    labels: frozenset[int]
    found: Mapping[int, tuple[Path, ...]] = field(default_factory=dict)
    doubtful: Mapping[int, tuple[Path, ...]] = field(default_factory=dict)


def file_of(row: Row) -> PurePosixPath:
    """The file, or the folder of the series, that a row of the volumes table stands for; absolute."""
    source = PurePosixPath(row["source"])
    return source if row["path"] in ("", ".", None) else source / row["path"]


def pair_beside(rows: Sequence[Row]) -> Paired:
    """Tell labels from images by names, and pair those that belong together.

    A row is labels where the index says so, where its folder's name does, or where its own name has a word for it
    (``seg``, ``label``, ``mask``, …).
    """
    files = [file_of(row) for row in rows]
    labels = [
        at for at, row in enumerate(rows) if row["role"] == "labels" or _looks_like_labels(row, files[at])
    ]
    images = [at for at in range(len(rows)) if at not in set(labels)]
    place: dict[PurePosixPath, list[int]] = defaultdict(list)
    for at in images:
        place[files[at].parent].append(at)
    siblings: dict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
    for folder in place:
        siblings[folder.parent].append(folder)
    exact: dict[int, list[int]] = defaultdict(list)
    loose: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for at in labels:
        if rows[at]["format"] == "dicom":
            continue  # a segmentation object names its series itself
        own, folder = stem(files[at].name), files[at].parent
        part = label_folder(folder.name)
        keys = [words(own)] if part is not None else []
        keys += [key for key in [without_label_word(own)] if key is not None]
        folders = [folder]
        if part is not None:
            folders = [one for one in siblings[folder.parent] if image_folder(one.name) == part]
            folders.append(folder.parent)
        among = [image for one in folders for image in place.get(one, ())]
        hits = _images_named(keys, rows, files, among)
        for image in hits:
            exact[image].append(at)
        if not hits and part is None:
            for image in _images_that_begin_so(keys[0] if keys else (), rows, files, among, at):
                loose[image].append((len(keys[0]), at))
    found = {image: tuple(Path(files[at]) for at in those) for image, those in exact.items()}
    for image, those in loose.items():
        longest = max(length for length, _ in those)
        found.setdefault(image, tuple(Path(files[at]) for length, at in those if length == longest))
    return Paired(labels=frozenset(labels), found=found)


def pair_given(rows: Sequence[Row], given: Iterable[Path]) -> Paired:
    """Pair images with label files that were named: by stem, by volume id, by the series' UID or folder's name."""
    label_files = sorted(given)
    files = [file_of(row) for row in rows]
    taken = {str(file) for file in label_files}
    labels = frozenset(
        at
        for at, row in enumerate(rows)
        if row["role"] == "labels" or str(files[at]) in taken or _looks_like_labels(row, files[at])
    )
    among = [at for at in range(len(rows)) if at not in labels]
    found: dict[int, list[Path]] = defaultdict(list)
    for file in label_files:
        own = stem(file.name)
        rest = without_label_word(own)
        keys = [words(own), *([rest] if rest else []), *([words(file.parent.name)] if rest == () else [])]
        for image in _images_named(keys, rows, files, among):
            found[image].append(file)
    return Paired(labels=labels, found={image: tuple(those) for image, those in found.items()})


def _looks_like_labels(row: Row, file: PurePosixPath) -> bool:
    if row["format"] == "dicom":
        return False
    return label_folder(file.parent.name) is not None or without_label_word(stem(file.name)) is not None


def _names(row: Row, file: PurePosixPath) -> tuple[Key, ...]:
    """What a label's name may be for this image to be meant, the strictest first."""
    if row["format"] == "dicom":
        return tuple(words(text) for text in (file.name, row["volume"], row["series_uid"] or "") if text)
    own = stem(file.name)
    bare = CHANNEL.sub("", own)
    return words(own), words(bare), without_image_word(bare), words(row["volume"])


def _images_named(
    keys: Sequence[Key], rows: Sequence[Row], files: Sequence[PurePosixPath], among: Sequence[int]
) -> list[int]:
    names = {at: _names(rows[at], files[at]) for at in among}
    for level in range(4):
        for key in keys:
            hits = [at for at in among if len(names[at]) > level and names[at][level] == key]
            if hits:
                return hits
    return []


def _images_that_begin_so(
    key: Key, rows: Sequence[Row], files: Sequence[PurePosixPath], among: Sequence[int], label: int
) -> list[int]:
    names = {at: words(stem(files[at].name)) for at in among if rows[at]["format"] != "dicom"}
    begin = [at for at, name in names.items() if name[: len(key)] == key]
    if len(begin) == 1 and len(among) == 1:
        return begin
    alike = [at for at in begin if _on_one_grid(rows[at], rows[label])]
    # One mask for several pictures only where their names differ by the sequence: another name may be another patient.
    return alike if len({without_sequence(names[at]) for at in alike}) == 1 else []


def _on_one_grid(a: Row, b: Row) -> bool:
    if any(a[f"size_{axis}"] != b[f"size_{axis}"] for axis in "ijk") or None in (a["affine"], b["affine"]):
        return False
    return bool(np.abs(np.subtract(a["affine"], b["affine"])).max() <= _SAME_GRID_MM)
