"""The label maps that are open in a sitting, each with where it came from and where it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import Lock

from scan2train.errors import GridMismatch, WrongUse
from scan2train.labelling.label_map import LabelMap
from scan2train.labelling.opening import open_labels
from scan2train.labelling.saving import Saving
from scan2train.viewing.image import Image
from scan2train.viewing.session import Session

#: So many maps that nothing was done to stay open besides the one that is looked at.
_UNTOUCHED = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class OnDesk:
    """An open label map; ``told`` says what was done to its mask so that it fits."""

    id: str
    image: str
    source: str | None
    labels: LabelMap
    saving: Saving
    told: str


class Desk:
    """Opens label maps and keeps them, with all that was done to them, until the sitting ends.

    They are saved in the folder of the table of decisions, which is the current one unless it was said otherwise.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._open: dict[str, OnDesk] = {}
        self._lock = Lock()

    def open(self, image: Image, source: str | None, *, onto_grid: bool = False) -> OnDesk:
        """The map of an image and a mask of it; one that is open already, as it stands.

        Parameters
        ----------
        image
            In memory.
        source
            The id of labels that belong to it; ``None`` for a map that begins empty.
        onto_grid
            Bring a mask onto the image's grid where it lies on another.

        Raises
        ------
        WrongUse
            If the image has no such labels.
        Scan2TrainError
            As :func:`~scan2train.labelling.opening.open_labels`.
        """
        with self._lock:
            for one in self._open.values():
                if (one.image, one.source) == (image.id, source):
                    self._open[one.id] = self._open.pop(one.id)
                    return one
            made = self._made(image, source, onto_grid=onto_grid)
            # Each holds its image in memory: of those that nothing was done to the last few are kept.
            untouched = [one.id for one in self._open.values() if not one.labels.history.deeds]
            for old in untouched[:-_UNTOUCHED]:
                del self._open[old]
            self._open[made.id] = made
            return made

    def of(self, id: str) -> OnDesk:  # noqa: A002
        """The map of an id.

        Raises
        ------
        WrongUse
            If none is open.
        """
        found = self._open.get(id)
        if found is None:
            raise WrongUse("there are no such labels open", found=repr(id)[:40], advice="Open them first.")
        return found

    def _made(self, image: Image, source: str | None, *, onto_grid: bool) -> OnDesk:
        given = None if source is None else self._session.label_source(image.id, source)
        path = None if given is None else given.path
        if given is None:
            labels, told = open_labels(image.volume)
        else:
            try:
                labels, told = open_labels(image.volume, given.read(image.volume), beside=path)
            except GridMismatch as error:
                if not onto_grid or path is None:
                    raise _advised(error) from error
                labels, told = open_labels(image.volume, path, onto_grid=True)
        return OnDesk(
            id=token_hex(6),
            image=image.id,
            source=source,
            labels=labels,
            saving=Saving(
                folder=Path(self._session.choices).absolute().parent,
                name=f"{_plain(image.name) or _plain(self._session.opened.title) or 'image'}_labels",
                sources=self._session.sources,
                images=self._session.image_files,
                mask=path,
            ),
            told=told,
        )


def _advised(error: GridMismatch) -> GridMismatch:
    """The same, with what can be done about it here."""
    return GridMismatch(
        error.message,
        where=error.where,
        expected=error.expected,
        found=error.found,
        advice="Open the image that they were drawn on, or have them brought onto this one's grid, by a button in the "
        "panel Labels.",
    )


def _plain(name: str) -> str:
    """The last part of an image's name without its suffix, as a file may be called anywhere."""
    stem = re.sub(r"(\.nii)?\.[A-Za-z]\w{0,5}$", "", name.replace("\\", "/").rstrip("/").rpartition("/")[2])
    return re.sub(r"[^\w.-]+", "_", stem, flags=re.ASCII).strip("._-")[:80]
