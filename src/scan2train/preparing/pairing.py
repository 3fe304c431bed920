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

from scan2train.preparing.sharing import (
    in_the_same_folders,
    of_one_scan,
    on_one_grid,
    place_in_file,
    place_of,
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """What was found: the rows that are labels, and for each image row the files that could be its labels.

    ``doubtful`` has the image rows that a file was named for, and others too, where nothing tells whose it is;
    ``lonely`` the files of labels that no image was found for.
    """

    labels: frozenset[int]
    found: Mapping[int, tuple[Path, ...]] = field(default_factory=dict)
    doubtful: Mapping[int, tuple[Path, ...]] = field(default_factory=dict)
    lonely: tuple[Path, ...] = ()


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
    doubtful: dict[int, list[int]] = defaultdict(list)
    for at in labels:
        if rows[at]["format"] == "dicom":
            continue  # a segmentation object names its series itself
        own, folder = stem(files[at].name), files[at].parent
        part = label_folder(folder.name)
        keys = [words(own)] if part is not None else []
        keys += [key for key in [without_label_word(own)] if key is not None]
        folders = _folders_of_images(folder, part, siblings)
        among = [image for one in folders for image in place.get(one, ())]
        hits = _images_named(keys, rows, files, among)
        theirs = hits if of_one_scan(rows, files, hits) else _on_its_grid(rows[at], rows, hits)
        for image in theirs:
            exact[image].append(at)
        for image in () if theirs else hits:
            doubtful[image].append(at)
        if not hits and part is None:
            for image in _images_that_begin_so(keys[0] if keys else (), rows, files, among, at):
                loose[image].append((len(keys[0]), at))
    found = {image: tuple(Path(files[at]) for at in those) for image, those in exact.items()}
    for image, those in loose.items():
        longest = max(length for length, _ in those)
        found.setdefault(image, tuple(Path(files[at]) for length, at in those if length == longest))
    unclear = {image: tuple(Path(files[at]) for at in those) for image, those in doubtful.items()}
    known = [Path(files[at]) for at in labels if rows[at]["format"] != "dicom"]
    return _paired(labels, known, found, unclear)


def _folders_of_images(
    folder: PurePosixPath, part: str | None, siblings: Mapping[PurePosixPath, Sequence[PurePosixPath]]
) -> list[PurePosixPath]:
    if part is None:
        return [folder]
    beside = [one for one in siblings.get(folder.parent, ()) if image_folder(one.name) == part]
    return [*beside, folder.parent]


def pair_given(rows: Sequence[Row], given: Iterable[Path], root: Path | None = None) -> Paired:
    """Pair images with label files that were named: by stem, by volume id, by the series' UID or folder's name.

    Where a name is that of images in several folders, the folders below ``root`` and below the images' source tell
    which is meant.
    """
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
    doubtful: dict[int, list[Path]] = defaultdict(list)
    for file in label_files:
        own = stem(file.name)
        rest = without_label_word(own)
        keys = [words(own), *([rest] if rest else []), *([words(file.parent.name)] if rest == () else [])]
        hits = _images_named(keys, rows, files, among)
        theirs = _told_apart(file, root, rows, files, hits)
        for image in theirs:
            found[image].append(file)
        for image in () if theirs else hits:
            doubtful[image].append(file)
    sure = {image: tuple(those) for image, those in found.items()}
    unclear = {image: tuple(those) for image, those in doubtful.items()}
    # What has no suffix of an image may be a list or a note.
    known = [file for file in label_files if stem(file.name) != file.name]
    return _paired(labels, known, sure, unclear)


def _paired(
    labels: Iterable[int],
    known: Sequence[Path],
    found: Mapping[int, tuple[Path, ...]],
    doubtful: Mapping[int, tuple[Path, ...]],
) -> Paired:
    named = {file for those in (*found.values(), *doubtful.values()) for file in those}
    return Paired(
        labels=frozenset(labels),
        found=found,
        doubtful={image: those for image, those in doubtful.items() if image not in found},
        lonely=tuple(file for file in dict.fromkeys(known) if file not in named),
    )


def _told_apart(
    label: Path, root: Path | None, rows: Sequence[Row], files: Sequence[PurePosixPath], hits: Sequence[int]
) -> Sequence[int]:
    if len({files[at].parent for at in hits}) > 1:
        below = label.relative_to(root) if root and label.is_relative_to(root) else Path(label.name)
        images = {at: PurePosixPath(rows[at]["path"] or "") for at in hits}
        hits = in_the_same_folders(PurePosixPath(below), images)
        if len({files[at].parent for at in hits}) > 1:
            return []
    if of_one_scan(rows, files, hits):
        return hits
    place = place_in_file(label)
    return [at for at in hits if on_one_grid(place, place_of(rows[at]))]


def _on_its_grid(label: Row, rows: Sequence[Row], hits: Sequence[int]) -> Sequence[int]:
    place = place_of(label)
    return [at for at in hits if on_one_grid(place, place_of(rows[at]))]


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
) -> Sequence[int]:
    names = {at: words(stem(files[at].name)) for at in among if rows[at]["format"] != "dicom"}
    begin = [at for at, name in names.items() if name[: len(key)] == key]
    if len(begin) == 1 and len(among) == 1:
        return begin
    alike = _on_its_grid(rows[label], rows, begin)
    # One mask for several pictures only where their names differ by the sequence: another name may be another patient.
    return alike if len({without_sequence(names[at]) for at in alike}) == 1 else []
