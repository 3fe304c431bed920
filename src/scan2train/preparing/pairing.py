"""Which files of labels the cases get: those found beside their images, or those that were given by name.

Nothing is guessed: where two files could be meant for one image, the image is ambiguous and is not prepared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scan2train.knowledge.file_names import stem, without_label_word, words
from scan2train.pairing import pairs
from scan2train.pairing.pairs import may_be_labels
from scan2train.pairing.place import Row, file_of, of_one_scan, on_one_grid, place_of
from scan2train.pairing.shelf import Shelf, images_meant
from scan2train.preparing.sharing import in_the_same_folders, place_in_file

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Paired", "file_of", "pair_beside", "pair_given"]


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

    def with_more(self, certain: Mapping[int, tuple[Path, ...]]) -> Paired:
        """The same with further files that are certain of their images; what else was found stays."""
        named = {file for files in certain.values() for file in files}
        found = {
            image: tuple(dict.fromkeys((*self.found.get(image, ()), *certain.get(image, ()))))
            for image in sorted({*self.found, *certain})
        }
        return Paired(
            labels=self.labels,
            found=found,
            doubtful={image: files for image, files in self.doubtful.items() if image not in found},
            lonely=tuple(file for file in self.lonely if file not in named),
        )


def pair_beside(volumes: pl.DataFrame) -> Paired:
    """Pair the rows of a volumes table as :func:`scan2train.pairing.pairs` does; what is called labels is no image."""
    rows = volumes.select("source", "path", "format", "role").to_dicts()
    files = [file_of(row) for row in rows]
    labels = [at for at, row in enumerate(rows) if may_be_labels(row, files[at])]
    # As keys of a mapping, since a file of several volumes is one file.
    found: dict[int, dict[Path, None]] = defaultdict(dict)
    doubtful: dict[int, dict[Path, None]] = defaultdict(dict)
    for image, mask, how in pairs(volumes).select("image_row", "labels_row", "how").iter_rows():
        (doubtful if how == "doubtful" else found)[image][Path(files[mask])] = None
    known = [Path(files[at]) for at in labels if rows[at]["format"] != "dicom"]
    return _paired(labels, known, found, doubtful)


def pair_given(rows: Sequence[Row], given: Iterable[Path], root: Path | None = None) -> Paired:
    """Pair images with label files that were named: by stem, by volume id, by the series' UID or folder's name.

    Where a name is that of images in several folders, the folders below ``root`` and below the images' source tell
    which is meant.
    """
    label_files = sorted(given)
    files = [file_of(row) for row in rows]
    taken = {str(file) for file in label_files}
    labels = frozenset(
        at for at, row in enumerate(rows) if str(files[at]) in taken or may_be_labels(row, files[at])
    )
    images = [Shelf(rows, files, (at for at in range(len(rows)) if at not in labels))]
    found: dict[int, dict[Path, None]] = defaultdict(dict)
    doubtful: dict[int, dict[Path, None]] = defaultdict(dict)
    for file in label_files:
        own = stem(file.name)
        rest = without_label_word(own)
        keys = [words(own), *([rest] if rest else []), *([words(file.parent.name)] if rest == () else [])]
        hits = images_meant(keys, images)
        theirs = _told_apart(file, root, rows, files, hits)
        for image in theirs:
            found[image][file] = None
        for image in () if theirs else hits:
            doubtful[image][file] = None
    # What has no suffix of an image may be a list or a note.
    known = [file for file in label_files if stem(file.name) != file.name]
    return _paired(labels, known, found, doubtful)


def _paired(
    labels: Iterable[int],
    known: Sequence[Path],
    found: Mapping[int, Iterable[Path]],
    doubtful: Mapping[int, Iterable[Path]],
) -> Paired:
    named = {file for those in (*found.values(), *doubtful.values()) for file in those}
    return Paired(
        labels=frozenset(labels),
        found={image: tuple(those) for image, those in found.items()},
        doubtful={image: tuple(those) for image, those in doubtful.items() if image not in found},
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
