"""Everything that was done to a label map, so that it can be undone and done again, without a limit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from scan2train.labelling.change import Change
from scan2train.labelling.legend import Legend


@dataclass(frozen=True, slots=True, eq=False)
class Deed:
    """One thing that was done: the voxels that it changed, and the legend before and after."""

    changes: tuple[Change, ...]
    before: Legend
    after: Legend
    stroke: str | None = None

    @property
    def bytes(self) -> int:
        """What its voxels take of memory."""
        return sum(len(one.packed) for one in self.changes)


@dataclass
class History:
    """Deeds, and how many of them stand; the others have been undone."""

    deeds: list[Deed] = field(default_factory=list)
    standing: int = 0
    _saved: Deed | None = None

    def add(self, deed: Deed) -> None:
        """Note a deed. What had been undone is forgotten; parts of one stroke become one deed."""
        del self.deeds[self.standing :]
        last = self.deeds[-1] if self.deeds else None
        if last is not None and deed.stroke is not None and deed.stroke == last.stroke:
            self.deeds[-1] = replace(last, changes=(*last.changes, *deed.changes), after=deed.after)
            return
        self.deeds.append(deed)
        self.standing += 1

    def undo(self) -> Deed | None:
        """The deed to take back; ``None`` if there is none."""
        if self.standing == 0:
            return None
        self.standing -= 1
        return self.deeds[self.standing]

    def redo(self) -> Deed | None:
        """The deed to do again; ``None`` if there is none."""
        if self.standing == len(self.deeds):
            return None
        self.standing += 1
        return self.deeds[self.standing - 1]

    def mark_saved(self, standing: Deed | None) -> None:
        """What stood when ``standing`` was the last deed is on disk."""
        self._saved = standing

    @property
    def saved(self) -> bool:
        """Whether what stands is what was saved, or opened, last."""
        return self.last is self._saved

    @property
    def last(self) -> Deed | None:
        """The last deed that stands; ``None`` if there is none."""
        return self.deeds[self.standing - 1] if self.standing else None

    @property
    def bytes(self) -> int:
        """What all deeds take of memory."""
        return sum(one.bytes for one in self.deeds)
