"""What becomes of each class of a mask on the grid that it is prepared for, by the very path of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.grid import FloatArray, Grid
from scan2train.measures.label_values import counts
from scan2train.preparing.job import Job
from scan2train.preparing.read_labels import read_labels
from scan2train.preparing.same_grid import fit_to_grid
from scan2train.preparing.sources import without_places
from scan2train.recipe import Recipe, Step
from scan2train.recipe.pending import Pending
from scan2train.volume import Labels

#: A class of fewer voxels than two along each axis has no inside.
FEW = 8
#: Share of a class's pieces that may be lost before it is told.
LOST_PIECES = 0.1
#: New voxels that a piece must be wide along every axis to be resolved.
_THIN = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFate:
    """One class of one case, before and after.

    ``pieces`` are those that hang together by faces, edges or corners in the source; ``pieces_lost`` those of which no
    voxel is left, ``pieces_thin`` those that are narrower than two new voxels along some axis.
    """

    case: str
    value: int
    name: str
    voxels_before: int
    voxels_after: int
    ml_before: float
    ml_after: float
    pieces: int
    pieces_lost: int
    pieces_thin: int

    @property
    def trouble(self) -> str:
        """What is wrong, in a word or two; empty where nothing is."""
        if not self.voxels_after:
            return "vanishes"
        if self.voxels_after < FEW:
            return f"is left with fewer than {FEW} voxels"
        if self.pieces_lost > LOST_PIECES * self.pieces:
            return f"loses more than {LOST_PIECES:.0%} of its pieces"
        return ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, and what is wrong."""
        return {**asdict(self), "trouble": self.trouble}


def fate_of_labels(asked: Mapping[str, Any], given: tuple[Job, Grid]) -> tuple[LabelFate, ...] | str:
    """Each class of a case's labels on the grid that the recipe makes; or why its labels cannot be taken.

    Crops that follow from the image are left out: they keep to the body and take no small label away.

    Parameters
    ----------
    asked
        The recipe, as JSON.
    given
        The case, and the grid of its image.
    """
    job, grid = given
    try:
        labels = read_labels(job.labels, grid)
        if not isinstance(labels, Labels):
            return "this file does not hold labels"
        labels, _ = fit_to_grid(labels, grid)
        pending = Pending.start(labels).on(grid)
        for step in Recipe.from_json(asked).steps:
            if isinstance(step, Step):
                pending = pending.then(step)
        ready = pending.realize()
    except Scan2TrainError as error:
        return without_places(str(error), job)
    return _compare(job.case, labels, ready.array, ready.grid)


def _compare(case: str, before: Labels, after: np.ndarray[Any, Any], grid: Grid) -> tuple[LabelFate, ...]:
    import cc3d

    had, has = (
        counts(before),
        {int(v): int(n) for v, n in zip(*np.unique(after, return_counts=True), strict=True)},
    )
    # A copy: what was read cannot be written to, and that is what the library insists on.
    pieces = cc3d.connected_components(np.array(before.array, order="F"), connectivity=26)
    stats = cc3d.statistics(pieces, no_slice_conversion=True)
    boxes = np.asarray(stats["bounding_boxes"], dtype=np.float64).reshape(-1, 3, 2)[1:]
    width = (boxes[:, :, 1] - boxes[:, :, 0] + 1) @ np.abs(
        grid.inverse[:3, :3] @ before.grid.affine[:3, :3]
    ).T
    thin = (width < _THIN - 1e-6).any(axis=1)
    value_of = _value_of_pieces(before.array, pieces, len(boxes))
    kept = _pieces_met(pieces, after, grid, before.grid)[1:]
    ml = [one.voxel_volume / 1000 for one in (before.grid, grid)]
    fates = []
    for value in sorted(set(had) - {0}):
        own = value_of == value
        fates.append(
            LabelFate(
                case=case,
                value=value,
                name=before.names.get(value, ""),
                voxels_before=had[value],
                voxels_after=has.get(value, 0),
                ml_before=had[value] * ml[0],
                ml_after=has.get(value, 0) * ml[1],
                pieces=int(own.sum()),
                pieces_lost=int((own & ~kept).sum()),
                pieces_thin=int((own & thin).sum()),
            )
        )
    return tuple(fates)


def _value_of_pieces(
    array: np.ndarray[Any, Any], pieces: np.ndarray[Any, Any], n: int
) -> np.ndarray[Any, Any]:
    values = np.zeros(n + 1, dtype=np.int64)
    for k in range(array.shape[2]):
        values[pieces[:, :, k]] = array[:, :, k]
    return values[1:]


def _pieces_met(
    pieces: np.ndarray[Any, Any], after: np.ndarray[Any, Any], grid: Grid, source: Grid
) -> np.ndarray[Any, Any]:
    """Which pieces hold the centre of a labelled voxel of the result."""
    met = np.zeros(int(pieces.max(initial=0)) + 1, dtype=np.bool_)
    matrix: FloatArray = source.inverse @ grid.affine
    limits = np.array(pieces.shape) - 1
    for k in range(after.shape[2]):
        where = np.argwhere(after[:, :, k])
        if where.size:
            index = np.c_[where, np.full(len(where), k)] @ matrix[:3, :3].T + matrix[:3, 3]
            i, j, m = np.clip(np.rint(index), 0, limits).astype(np.intp).T
            met[pieces[i, j, m]] = True
    return met
