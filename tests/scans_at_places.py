"""Scans whose every value names the place that it was measured at, written as untidily as DICOM allows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scan2train.grid import Grid
from scan2train.testing.concatenation import split_object
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_mosaic import write_mosaic
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume

#: What tells the points of a series apart.
POINTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "time": lambda at: {"TemporalPositionIdentifier": at + 1},
    "acquisition time": lambda at: {"AcquisitionTime": f"10111{at}.5"},
    "echo": lambda at: {"EchoNumbers": at + 1, "EchoTime": 5.0 * (at + 1)},
    "b-value": lambda at: {"DiffusionBValue": 500.0 * at},
    "trigger": lambda at: {"TriggerTime": 40.0 * at},
}


def _item(**attributes: object) -> Sequence:
    made = Dataset()
    made.update(attributes)
    return Sequence([made])


#: The same of the points of one object.
GROUPS: dict[str, Callable[[int], dict[str, Any]]] = {
    "index alone": lambda _: {},
    "time": lambda at: {"FrameContentSequence": _item(StackID="1", TemporalPositionIndex=at + 1)},
    "echo": lambda at: {"MREchoSequence": _item(EffectiveEchoTime=5.0 + at)},
    "b-value": lambda at: {"MRDiffusionSequence": _item(DiffusionBValue=400.0 * at)},
}


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What was scanned, and how it is written.

    Parameters
    ----------
    kind
        ``"series"``, ``"object"`` (enhanced) or ``"mosaic"``.
    grid
        Of the scan. Its voxels are numbered in C order, those of further points and of the localizer go on from there.
    options
        Of the writer, but for slope and intercept.
    slopes, intercept
        Of each slice. A value is ``number × the largest slope + intercept``.
    first
        The number of the first voxel, negative where there are negative numbers.
    exact
        Whether slope and intercept have few bits, so that no value is rounded.
    points
        How many volumes lie on the grid.
    told_by
        The word of :data:`POINTS`, or of :data:`GROUPS`, for what tells these apart.
    valid
        ``(i, j, k)``, false on padding.
    drop
        Slices that are missing, and ``irregular`` is what is to be done about it.
    copies
        Slices of which there is a second file, and whether it has a UID of its own.
    localizer
        The grid of a localizer that lies among the slices.
    parts
        Frames of each file of a concatenation.
    stack
        Whether the points are to be read as one array of four axes.
    """

    kind: str
    grid: Grid
    options: dict[str, Any]
    slopes: tuple[float, ...] = ()
    intercept: float = 0.0
    first: int = 0
    exact: bool = True
    points: int = 1
    told_by: str = "time"
    valid: np.ndarray | None = None
    drop: tuple[int, ...] = ()
    irregular: str = "refuse"
    copies: tuple[int, ...] = ()
    own_uid: bool = False
    localizer: Grid | None = None
    parts: tuple[int, ...] = ()
    stack: bool = False

    @property
    def size(self) -> int:
        return int(np.prod(self.grid.shape))

    @property
    def total(self) -> int:
        return self.points * self.size + (0 if self.localizer is None else int(np.prod(self.localizer.shape)))

    def volume(self, at: int = 0, grid: Grid | None = None) -> Volume:
        """The values of one point, or of the localizer, which comes behind all points."""
        grid = self.grid if grid is None else grid
        numbers = np.arange(np.prod(grid.shape)).reshape(grid.shape) + self.first + at * self.size
        values = numbers * max(self.slopes) + self.intercept
        return Volume(array=values, grid=grid, valid=self.valid if grid is self.grid else None)

    def places(self) -> np.ndarray:
        """``(n, 3)``, RAS+ mm: where the number ``first + n`` was measured."""
        grids = [self.grid] * self.points + ([self.localizer] if self.localizer else [])
        every = [np.argwhere(np.ones(grid.shape, dtype=bool)) for grid in grids]
        return np.concatenate([grid.to_world(one) for grid, one in zip(grids, every, strict=True)])

    def there(self) -> np.ndarray:
        """The numbers that are to be found: not the padding, and not the missing slices."""
        real = np.ones(self.grid.shape, dtype=bool) if self.valid is None else self.valid.copy()
        real[:, :, list(self.drop)] = False
        beside = np.ones(0 if self.localizer is None else int(np.prod(self.localizer.shape)), dtype=bool)
        return np.flatnonzero(np.concatenate([*[real.ravel()] * self.points, beside])) + self.first

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """The number that each value is; asserts that it is that of one."""
        found = np.rint((values.astype(np.float64) - self.intercept) / max(self.slopes))
        off = np.abs(found * max(self.slopes) + self.intercept - values)
        assert off.max(initial=0.0) <= (0.0 if self.exact else 1e-4)
        return found.astype(int)

    def write(self, folder: Path) -> None:
        {"series": self._series, "object": self._object, "mosaic": self._mosaics}[self.kind](folder)

    def _series(self, folder: Path) -> None:
        options = dict(self.options)
        more, name = options.pop("extra_tags"), options.pop("file_names")
        for at in range(self.points):
            told = POINTS[self.told_by](at) if self.points > 1 else {}
            paths = write_dicom_series(
                self.volume(at),
                folder,
                slope=self.slopes,
                intercept=self.intercept,
                drop=self.drop,
                file_names=lambda rank, at=at: name(at, rank),
                extra_tags=lambda k, at=at, told=told: {
                    "SOPInstanceUID": _uid(1, at, k),
                    **more,
                    **told,
                },
                **options,
            )
            for k in self.copies:
                self._copy(paths[k], at, k)
        if self.localizer is not None:
            rest = {**options, "padding_value": None, "order": "position"}
            write_dicom_series(
                self.volume(self.points, self.localizer),
                folder,
                slope=max(self.slopes),
                intercept=self.intercept,
                file_names=lambda rank: f"a{rank}",
                extra_tags=lambda k: {"SOPInstanceUID": _uid(3, 0, k), **more},
                **rest,
            )

    def _copy(self, path: Path, at: int, k: int) -> None:
        copy = path.with_name(f"copy-{path.name}")
        shutil.copy(path, copy)
        if self.own_uid:
            data = copy.read_bytes()
            assert data.count(_uid(1, at, k).encode()) in (1, 2)
            copy.write_bytes(data.replace(_uid(1, at, k).encode(), _uid(2, at, k).encode()))

    def _object(self, folder: Path) -> None:
        path = write_enhanced(
            self.volume(),
            folder / "object",
            slope=self.slopes,
            intercept=self.intercept,
            points=[self.volume(at) for at in range(1, self.points)],
            point_tags=GROUPS[self.told_by] if self.points > 1 else None,
            drop=self.drop,
            **self.options,
        )
        if self.parts:
            split_object(path, self.parts)

    def _mosaics(self, folder: Path) -> None:
        for at in range(self.points):
            write_mosaic(self.volume(at), folder / f"{(at * 7 + 3) % 10}.dcm", number=at + 1, **self.options)


def _uid(root: int, at: int, k: int) -> str:
    """Of one length, so that one takes another's place in a file."""
    return f"1.2.826.0.{root}.{at + 1}.{k + 10}"
