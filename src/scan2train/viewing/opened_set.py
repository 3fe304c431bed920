"""What a user names to be looked at: a file, a folder, an index, or a prepared set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from scan2train.errors import NoImages
from scan2train.index import Index
from scan2train.indexing.saved import is_saved
from scan2train.paths import path_given
from scan2train.preparing.ownership import is_prepared
from scan2train.runners.progress import Progress
from scan2train.viewing.entry import Entry
from scan2train.viewing.ids import id_of_path

Kind = Literal["file", "folder", "prepared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSet:
    """The images of a place, by id and in the order in which they are listed; ``index`` is none for a prepared set."""

    title: str
    kind: Kind
    place: Path
    entries: dict[str, Entry]
    index: Index | None

    @property
    def sources(self) -> tuple[Path, ...]:
        """What is never written: the place, and the sources that an index is of."""
        told = () if self.index is None else sorted(self.index.volumes["source"].unique())
        return tuple(dict.fromkeys((self.place, *map(Path, told))))


def open_set(
    source: str | Path,
    *,
    cache: bool = True,
    salt: Path | None = None,
    progress: Progress | None = None,
) -> OpenedSet:
    """Find the images of a file, a folder of scans, a folder that ``index -o`` left, or a prepared set.

    Raises
    ------
    NoImages
        If there is none.
    WrongUse
        If there is no such place.
    """
    from scan2train.viewing.scans import entries_of

    place = path_given(source, "a source")
    title = place.resolve().name or str(place)
    if is_prepared(place):
        from scan2train.viewing.cases import entries_of_cases

        entries = entries_of_cases(place)
        if not entries:
            raise NoImages("this prepared set has no finished case", where=place)
        return OpenedSet(title=title, kind="prepared", place=place, entries=_by_id(entries), index=None)
    found = _indexed(place, cache=cache and place.is_dir(), salt=salt, progress=progress)
    kind: Kind = "file" if place.is_file() else "folder"
    if is_saved(place):
        title = " + ".join(sorted({Path(one).name for one in found.volumes["source"].unique()})) or title
    return OpenedSet(title=title, kind=kind, place=place, entries=_by_id(entries_of(found)), index=found)


def _indexed(place: Path, *, cache: bool, salt: Path | None, progress: Progress | None) -> Index:
    if is_saved(place):
        # What looks into files takes time to load, and is not needed.
        return Index.load(place)
    from scan2train.index import index

    return index(place, cache=cache, salt=salt, progress=progress)


def _by_id(entries: list[Entry]) -> dict[str, Entry]:
    """Entries by id. Files of the same content have the same: further ones get one after their name."""
    found: dict[str, Entry] = {}
    for one in entries:
        own = one if one.id not in found else replace(one, id=id_of_path(Path(f"{one.id}/{one.name}")))
        found[own.id] = own
    return found
