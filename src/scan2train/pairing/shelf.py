"""Images that can be found by what the name of their labels would be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from scan2train.knowledge.file_names import CHANNEL, stem, without_image_word, words
from scan2train.pairing.place import Row

Key = tuple[str, ...]

#: How many names an image may have for its labels, the strictest first.
_LEVELS = 4


class Shelf:
    """The images of one folder, by name, so that no mask has to be compared with each of them.

    ``images`` are their places in ``rows``; ``names`` the words of each file's name, DICOM series left out.
    """

    def __init__(self, rows: Sequence[Row], files: Sequence[PurePosixPath], images: Iterable[int]) -> None:
        self.images: list[int] = list(images)
        self.names: dict[int, Key] = {}
        self._meant: tuple[dict[Key, list[int]], ...] = tuple(defaultdict(list) for _ in range(_LEVELS))
        self._beginnings: dict[Key, list[int]] = defaultdict(list)
        for at in self.images:
            for level, name in enumerate(_names(rows[at], files[at])):
                self._meant[level][name].append(at)
            if rows[at]["format"] != "dicom":
                name = self.names[at] = words(stem(files[at].name))
                for length in range(len(name) + 1):
                    self._beginnings[name[:length]].append(at)

    def meant(self, level: int, key: Key) -> Sequence[int]:
        """The images that labels called ``key`` are for, by their names of that level."""
        return self._meant[level].get(key, ())

    def begin_so(self, key: Key) -> Sequence[int]:
        """The images whose name begins with the words of ``key``."""
        return self._beginnings.get(key, ())


def images_meant(keys: Sequence[Key], shelves: Sequence[Shelf]) -> list[int]:
    """The images that labels are for whose name may be read as any of ``keys``; the strictest reading counts."""
    for level in range(_LEVELS):
        for key in keys:
            hits = [at for shelf in shelves for at in shelf.meant(level, key)]
            if hits:
                return hits
    return []


def _names(row: Row, file: PurePosixPath) -> tuple[Key, ...]:
    """What a label's name may be for this image to be meant, the strictest first."""
    if row["format"] == "dicom":
        return tuple(words(text) for text in (file.name, row["volume"], row["series_uid"] or "") if text)
    own = stem(file.name)
    bare = CHANNEL.sub("", own)
    return words(own), words(bare), without_image_word(bare), words(row["volume"])
