"""What can be opened: images of a set and the labels that belong to them, before any voxel is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan2train.volume import Labels, Volume

#: What is told of an image in a list, by the columns of the volumes table.
ABOUT = ("patient", "study_uid", "series_uid", "description", "modality", "orientation", "role")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSource:
    """Labels that can be read for an image; ``read`` takes the image and gives them on its grid, or refuses.

    ``path`` is the file, where they are one.
    """

    id: str
    name: str
    read: Callable[[Volume], Labels]
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An image of a set.

    Parameters
    ----------
    id
        The volume's id: the first one's, where several are points of one dimension.
    name
        What it is called below its source.
    about
        Cells of the volumes table: :data:`ABOUT`, sizes, spacing, and whether it is ``physical``.
    volumes
        Volume ids of all its points, one without a dimension.
    labels
        What belongs to it.
    decides
        The volume id under which a decision about it is written: of a prepared case that of its source.
    read, row
        Read its voxels; its whole row of the volumes table, ``None`` where there is none.
    files
        What its voxels lie in.
    """

    id: str
    name: str
    about: Mapping[str, Any]
    volumes: tuple[str, ...]
    labels: tuple[LabelSource, ...]
    decides: str
    read: Callable[[], Volume]
    row: Callable[[], Mapping[str, Any] | None]
    files: Callable[[], Iterable[Path]]

    @property
    def times(self) -> int:
        """Points of its dimension; 1 without one."""
        return len(self.volumes)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along i, j, k, as the header says."""
        i, j, k = (int(self.about[f"size_{axis}"] or 1) for axis in "ijk")
        return i, j, k

    @property
    def spacing_mm(self) -> tuple[float, float, float] | None:
        """Spacing along i, j, k, as the header says; ``None`` where pixels have no physical size."""
        if not self.about["physical"]:
            return None
        i, j, k = (float(self.about[f"spacing_{axis}_mm"] or 1.0) for axis in "ijk")
        return i, j, k
