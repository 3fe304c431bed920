"""One sitting before the screen: a set, what lies over it, and the images that are open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.viewing.decisions import Decisions
from scan2train.viewing.entry import Entry, LabelSource
from scan2train.viewing.findings import Findings
from scan2train.viewing.image import Image
from scan2train.viewing.kept import Kept
from scan2train.viewing.opened_set import OpenedSet
from scan2train.viewing.thumbnails import Thumbnails


@dataclass(frozen=True, kw_only=True, eq=False)
class Session:
    """What a viewer shows.

    Parameters
    ----------
    opened
        The set that is browsed.
    entries
        Its images, and the second image where one lies over the first, by id.
    open, second, labels
        Ids of what is to be shown at once: an image, another over it, labels; ``None`` where nothing is.
    choices
        The table that decisions are written to.
    sources
        What is never written into: the set, and what was laid over it.
    """

    opened: OpenedSet
    entries: Mapping[str, Entry]
    open: str | None
    second: str | None
    labels: str | None
    choices: Path
    sources: tuple[Path, ...]
    kept: Kept = field(init=False)
    findings: Findings = field(init=False)
    decisions: Decisions = field(init=False)
    thumbnails: Thumbnails = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", Kept(self._read))
        object.__setattr__(self, "findings", Findings(self.opened))
        object.__setattr__(self, "decisions", Decisions(self.choices, self.sources))
        object.__setattr__(self, "thumbnails", Thumbnails())

    def entry(self, id: str) -> Entry:  # noqa: A002
        """The image of an id.

        Raises
        ------
        WrongUse
            If there is none.
        """
        entry = self.entries.get(id)
        if entry is None:
            raise WrongUse("there is no such image", found=repr(id)[:40], advice="See the list of the set.")
        return entry

    def image_files(self) -> Iterator[Path]:
        """All files that hold voxels of images that can be looked at."""
        return (file for one in self.entries.values() for file in one.files())

    def image(self, id: str) -> Future[Image]:  # noqa: A002
        """An image in memory, when it is there. Raises as :meth:`entry`, and as reading does."""
        return self.kept.open(self.entry(id).id)

    def thumbnail(self, id: str) -> bytes:  # noqa: A002
        """A small picture of an image, PNG. Raises as :meth:`image`."""
        return self.thumbnails.of(self.entry(id), self.kept.ready(id))

    def label_source(self, image: str, labels: str) -> LabelSource:
        """Labels that belong to an image.

        Raises
        ------
        WrongUse
            If there are none.
        """
        for one in self.entry(image).labels:
            if one.id == labels:
                return one
        raise WrongUse("this image has no such labels", found=repr(labels)[:40])

    def _read(self, id: str) -> Image:  # noqa: A002
        entry = self.entries[id]
        image = Image(id=entry.id, name=entry.name, volume=entry.read())
        self.findings.read(entry, image)
        return image
