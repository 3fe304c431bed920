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
``case7/ct``                      ``case7/masks/liver``
``X_t1``, ``X_t2`` on one grid    ``X_seg``
``SERIES/`` (a DICOM series)      ``SERIES_seg``
================================  ===========================

Nothing is guessed: an image may have several rows, and then has no labels that are certain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scan2train.knowledge.file_names import (
    image_folder,
    label_folder,
    stem,
    without_label_word,
    without_sequence,
    words,
)
from scan2train.pairing.place import Row, file_of, of_one_scan, on_one_grid, place_of
from scan2train.pairing.shelf import Key, Shelf, images_meant
from scan2train.tables import PAIRS

if TYPE_CHECKING:
    import polars as pl

#: What is looked at; the lists of members, which are long, are not.
_NEEDED = (
    *("source", "path", "format", "role", "volume", "series_uid"),
    *("size_i", "size_j", "size_k", "affine"),
)


def pairs(volumes: pl.DataFrame) -> pl.DataFrame:
    """Tell masks from images by names, and pair those that belong together.

    A row may be a mask where the index says so, where its folder's name does, or where its own name has a word for
    it (``seg``, ``label``, ``mask``, …); the others are images. A DICOM object is neither by its name, and a
    segmentation object is not paired: it names its series itself.

    Parameters
    ----------
    volumes
        The volumes table of an index, or some of its rows.

    Returns
    -------
    The table :data:`scan2train.tables.PAIRS`: one row for each image and mask, in order of the masks. ``how`` is

    - ``name``: the mask's name is the image's, less the words that mean labels and images;
    - ``folder``: the image's name says no more than "image", and the mask is in a folder of labels beside it;
    - ``grid``: the name fits several images, and the mask lies on the grid of these;
    - ``beginning``: no image has the mask's name, and the image's begins with it;
    - ``doubtful``: the name fits several images, and nothing tells whose it is; or it is the beginning of the names
      of several pictures of one examination, which share one grid, and the mask lies elsewhere.
    """
    if (volumes["format"] == "dicom").all():
        return PAIRS.frame()
    rows = volumes.select(_NEEDED).to_dicts()
    files = [file_of(row) for row in rows]
    masks = [at for at, row in enumerate(rows) if may_be_labels(row, files[at])]
    others = set(range(len(rows))).difference(masks)
    folders = _Folders.of(rows, files, sorted(others))
    told: list[tuple[int, int, str]] = []
    begun: dict[int, list[tuple[int, int]]] = defaultdict(list)
    astray: list[tuple[int, Sequence[int]]] = []
    for at in masks:
        if rows[at]["format"] == "dicom":
            continue
        keys, shelves = _keys(files[at]), folders.of_images_for(files[at].parent)
        hits, how = images_meant(keys, shelves), "name"
        if not hits and label_folder(files[at].parent.name) is not None:
            hits, how = folders.nameless_beside(files[at].parent), "folder"
        if not of_one_scan(rows, files, hits):
            alike = _on_its_grid(rows[at], rows, hits)
            hits, how = (alike, "grid") if alike else (hits, "doubtful")
        told += [(image, at, how) for image in hits]
        if not hits and label_folder(files[at].parent.name) is None:
            begin_so, elsewhere = _that_begin_so(keys[0], rows[at], rows, shelves)
            astray.append((at, elsewhere))
            for image in begin_so:
                begun[image].append((len(keys[0]), at))
    certain = {image for image, _, how in told if how != "doubtful"}
    for image, those in begun.items():
        longest = max(length for length, _ in those)
        told += [(image, at, "beginning") for n, at in those if n == longest and image not in certain]
    for at, images in astray:
        told += [(image, at, "doubtful") for image in images if certain.isdisjoint(images)]
    told.sort(key=lambda pair: (pair[1], pair[0]))
    return PAIRS.frame(
        [
            {
                "image": rows[image]["volume"],
                "labels": rows[at]["volume"],
                "how": how,
                "image_row": image,
                "labels_row": at,
            }
            for image, at, how in told
        ]
    )


def may_be_labels(row: Row, file: PurePosixPath) -> bool:
    """Whether a row of the volumes table, whose file that is, is a mask or is called like one."""
    if row["role"] == "labels":
        return True
    if row["format"] == "dicom":
        return False
    return label_folder(file.parent.name) is not None or without_label_word(stem(file.name)) is not None


def _keys(file: PurePosixPath) -> list[Key]:
    own = stem(file.name)
    keys = [words(own)] if label_folder(file.parent.name) is not None else []
    rest = without_label_word(own)
    return [*keys, rest] if rest is not None else keys or [words(own)]


@dataclass(frozen=True)
class _Folders:
    """The folders that hold images, and for each folder of masks those whose images may be meant."""

    shelves: Mapping[PurePosixPath, Shelf]
    known: dict[PurePosixPath, list[Shelf]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Row], files: Sequence[PurePosixPath], images: Sequence[int]) -> _Folders:
        held: dict[PurePosixPath, list[int]] = defaultdict(list)
        for at in images:
            held[files[at].parent].append(at)
        return cls({folder: Shelf(rows, files, those) for folder, those in held.items()})

    @cached_property
    def siblings(self) -> Mapping[PurePosixPath, Sequence[PurePosixPath]]:
        found: dict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
        for folder in self.shelves:
            found[folder.parent].append(folder)
        return found

    def of_images_for(self, folder: PurePosixPath) -> Sequence[Shelf]:
        """A mask's own folder; of a folder of labels those beside it for the same part, and the one above it."""
        if folder not in self.known:
            part = label_folder(folder.name)
            beside = [folder]
            if part is not None:
                among = self.siblings.get(folder.parent, ())
                beside = [*(one for one in among if image_folder(one.name) == part), folder.parent]
            self.known[folder] = [self.shelves[one] for one in beside if one in self.shelves]
        return self.known[folder]

    def nameless_beside(self, folder: PurePosixPath) -> list[int]:
        """The images in the folder above one of labels whose names say no more than "image"."""
        above = self.shelves.get(folder.parent)
        return [] if above is None else list(above.meant(2, ()))


def _on_its_grid(label: Row, rows: Sequence[Row], hits: Sequence[int]) -> list[int]:
    place = place_of(label)
    return [at for at in hits if on_one_grid(place, place_of(rows[at]))]


def _that_begin_so(
    key: Key, label: Row, rows: Sequence[Row], shelves: Sequence[Shelf]
) -> tuple[Sequence[int], Sequence[int]]:
    """The images that a mask is for whose name their names begin with; and those that it should be for, but misses."""
    names = {at: shelf.names[at] for shelf in shelves for at in shelf.begin_so(key)}
    if len(names) == 1 and sum(len(shelf.images) for shelf in shelves) == 1:
        return list(names), ()
    alike = _on_its_grid(label, rows, list(names))
    # One mask for several pictures only where their names differ by the sequence: another name may be another patient.
    if alike:
        return (alike if _of_one_examination(names, alike) else ()), ()
    images = sorted(names)
    together = len(images) > 1 and _of_one_examination(names, images)
    return (), images if together and len(_on_its_grid(rows[images[0]], rows, images)) == len(images) else ()


def _of_one_examination(names: Mapping[int, Key], images: Sequence[int]) -> bool:
    return len({without_sequence(names[at]) for at in images}) == 1
