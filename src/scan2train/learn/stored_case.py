"""What a data set must know of a case to read any box of it, and nothing open: it goes to every worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from scan2train.errors import OutputDamaged, WrongUse
from scan2train.grid import Grid
from scan2train.learn.opened_parts import OpenedParts
from scan2train.preparing.prepared import Case
from scan2train.preparing.stored import part_of
from scan2train.reading.labels import as_labels
from scan2train.steps.box import Box
from scan2train.volume import Array, Labels, Volume

Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCase:
    """A case of a prepared set, by the paths of its parts; ``values`` are those of its labels, without background."""

    name: str
    grid: Grid
    unit: str
    fill: float
    image: Path
    labels: Path | None
    valid: Path | None
    names: Mapping[int, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    values: tuple[int, ...] = ()

    @classmethod
    def of(cls, case: Case) -> Self:
        """A finished case.

        Raises
        ------
        OutputDamaged
            If it has no image.
        """
        image, account = part_of(case, "image"), case.account
        if image is None:
            raise OutputDamaged("the case has no image", where=case.folder)
        counted = account.get("labels", {}).get("voxels", {})
        return cls(
            name=case.name,
            grid=case.after,
            unit=account["unit"],
            fill=float(account["fill"]),
            image=image,
            labels=part_of(case, "labels"),
            valid=part_of(case, "valid"),
            names=dict(case.names),
            facts=dict(account.get("scan", {})),
            values=tuple(sorted(int(value) for value in counted if int(value))),
        )

    def box(
        self, parts: OpenedParts, start: Triple, size: Triple, *, labels: bool
    ) -> tuple[Volume, Labels | None]:
        """The ``size`` voxels from ``start`` on, and their labels; beyond the image there is padding.

        What stands in the files is read for the part within the image and for no more.
        """
        grid = Box(start=start, size=size).grid(self.grid)
        low = tuple(max(a, 0) for a in start)
        high = tuple(min(a + n, most) for a, n, most in zip(start, size, self.grid.shape, strict=True))
        if any(b <= a for a, b in zip(low, high, strict=True)):
            raise WrongUse(
                "the box lies outside of the image", expected=f"within {self.grid.shape}", found=start
            )
        count = tuple(b - a for a, b in zip(low, high, strict=True))
        within = tuple(slice(a - s, a - s + n) for a, s, n in zip(low, start, count, strict=True))
        cut = count != size

        def part(path: Path, fill: float) -> Array:
            there = parts.read(path, (low[0], low[1], low[2]), (count[0], count[1], count[2]))
            if not cut:
                return there
            kind = there.dtype if float(np.array(fill).astype(there.dtype)) == fill else np.dtype(np.float32)
            whole = np.full((*size, *there.shape[3:]), fill, kind)
            whole[within] = there
            return whole

        valid = None if self.valid is None else part(self.valid, 0).astype(np.bool_, copy=False)
        if valid is None and cut:
            valid = np.zeros(size, np.bool_)
            valid[within] = True
        if valid is not None and valid.all():
            valid = None
        image = Volume(
            array=part(self.image, self.fill),
            grid=grid,
            unit=self.unit,
            valid=valid,
            meta={"fill": self.fill},
        )
        if not labels or self.labels is None:
            return image, None
        found = as_labels(Volume(array=part(self.labels, 0), grid=grid))
        return image, Labels(array=found.array, grid=grid, names=self.names)

    def slabs_of_labels(self, parts: OpenedParts, planes: int = 64) -> Iterator[Array]:
        """All labels, so many planes along k at a time: none of it is held together."""
        if self.labels is None:
            return
        a, b, count = self.grid.shape
        for k in range(0, count, planes):
            size = (a, b, min(planes, count - k))
            slab = Volume(array=parts.read(self.labels, (0, 0, k), size), grid=Grid(size, np.eye(4)))
            yield as_labels(slab).array

    def whole(self, parts: OpenedParts, *, labels: bool) -> tuple[Volume, Labels | None]:
        """All of it."""
        return self.box(parts, (0, 0, 0), self.grid.shape, labels=labels)
