"""A prediction brought to the world of its truth, and what was done for it."""

from __future__ import annotations

import numpy as np

from scan2train.errors import GridMismatch
from scan2train.grid import Grid
from scan2train.knowledge.tolerances import LAB001_SILENT_VOXELS
from scan2train.sampling import Sampling, sample_labels
from scan2train.sampling.alignment import align
from scan2train.steps.detilt import Detilt
from scan2train.volume import Labels

_SAFE = Sampling("linear", antialias=True)
#: So many places are looked at in one go.
_SOME = 1 << 20


def on_one_grid(prediction: Labels, truth: Labels) -> tuple[Labels, Labels, str]:
    """Both on the truth's grid, or on a straight one around it where that is sheared; and a note of what was done.

    Labels are sampled each as a picture of its own, and the largest wins; grids that fall on one another, turned over
    or cut out, are moved voxel by voxel.

    Raises
    ------
    GridMismatch
        If the two share no place, or one has no geometry and their shapes differ.
    """
    notes = []
    known = prediction.grid.physical + truth.grid.physical
    if known < 2 and prediction.grid.shape != truth.grid.shape:
        raise GridMismatch(
            f"{'one' if known else 'each'} of prediction and truth has no geometry, and their shapes differ",
            expected=repr(truth.grid),
            found=repr(prediction.grid),
            advice="Write the prediction with the affine of its image."
            if known
            else "Bring both to the same pixels: nothing says where one lies on the other.",
        )
    if known == 1:
        one = "prediction" if truth.grid.physical else "truth"
        notes.append(f"the {one} has no geometry: compared voxel by voxel")
        prediction = prediction.replace(grid=truth.grid)
    straight = Detilt().grid(truth.grid)
    if straight is not truth.grid:
        notes.append("both on a straight grid around the tilted truth")
    if _one_lattice(prediction.grid, truth.grid) and straight is truth.grid:
        return prediction, truth, "; ".join(notes)
    _require_one_place(prediction.grid, truth.grid)
    notes += _lost(prediction, truth.grid, "prediction", "truth")
    notes += _lost(truth, prediction.grid, "truth", "prediction")
    if not _one_lattice(prediction.grid, truth.grid):
        alignment = align(prediction.grid, straight)
        exact = alignment is not None and alignment.exact
        notes.append(f"prediction {'moved voxel by voxel' if exact else 'resampled'} to the truth's grid")
    here = truth if straight is truth.grid else sample_labels(truth, straight, _SAFE)
    return sample_labels(prediction, straight, _SAFE), here, "; ".join(notes)


def _one_lattice(one: Grid, other: Grid) -> bool:
    return one.distance_in_voxels(other) <= LAB001_SILENT_VOXELS


def _require_one_place(prediction: Grid, truth: Grid) -> None:
    """Refuse two boxes that do not meet: their overlap would be 0 without a reason."""
    for of, to in ((prediction, truth), (truth, prediction)):
        corners = to.to_index(of.corners())
        low, high = corners.min(axis=0), corners.max(axis=0)
        if (high <= -0.5).any() or (low >= np.array(to.shape) - 0.5).any():
            raise GridMismatch(
                "prediction and truth do not meet anywhere in the world",
                expected=f"one place: {_span(truth)}",
                found=_span(prediction),
                advice="One of them lost its affine, or they are of two scans. Write predictions with the affine of "
                "their image; `restore` does so.",
            )


def _span(grid: Grid) -> str:
    corners = grid.corners()
    ends = zip("xyz", corners.min(axis=0), corners.max(axis=0), strict=True)
    return ", ".join(f"{axis} {low:.0f} to {high:.0f}" for axis, low, high in ends) + " mm"


def _lost(mask: Labels, other: Grid, own: str, its: str) -> list[str]:
    """A note where some of a mask lies beyond the field of the other's grid."""
    ends = np.array(other.shape) - 0.5
    corners = other.to_index(mask.grid.corners())
    if (corners >= -0.5 - 1e-3).all() and (corners <= ends + 1e-3).all():
        return []
    # In the order of memory, as it lies.
    flat = np.flatnonzero(mask.array.T)
    beyond = 0
    for begin in range(0, len(flat), _SOME):
        k, j, i = np.unravel_index(flat[begin : begin + _SOME], mask.array.shape[::-1])
        at = other.to_index(mask.grid.to_world(np.stack([i, j, k], axis=1)))
        beyond += int(((at < -0.5 - 1e-3) | (at > ends + 1e-3)).any(axis=1).sum())
    if beyond == 0:
        return []
    return [f"{beyond / len(flat):.1%} of the {own} lies beyond the {its}'s field"]
