"""Whether labels lie where their image lies: compared through world space and never by index."""

from __future__ import annotations

from scan2train.errors import GridMismatch
from scan2train.finding import Finding, Severity
from scan2train.grid import Grid
from scan2train.knowledge.tolerances import LAB001_INFO_VOXELS, LAB001_SILENT_VOXELS
from scan2train.reading.label_mismatch import extent_told, mismatch
from scan2train.sampling.alignment import align, covers
from scan2train.volume import Labels


def fit_to_grid(labels: Labels, grid: Grid) -> tuple[Labels, tuple[Finding, ...]]:
    """The labels, fit to be carried along with an image on ``grid``, and what there is to say about them.

    Labels on the image's grid up to rounding get exactly that grid. Others keep their own: the recipe brings them
    onto the image's final grid, through world space, in one sampling.

    Raises
    ------
    GridMismatch
        If the two do not overlap in the world, or have nothing but their shape to compare and differ in that.
    """
    if not (labels.grid.physical and grid.physical):
        return _voxel_by_voxel(labels, grid)
    distance = grid.distance_in_voxels(labels.grid)
    if distance <= LAB001_SILENT_VOXELS:
        return labels.replace(grid=grid), ()
    if not _overlap(labels.grid, grid):
        raise GridMismatch(
            "the labels lie beside the image: the two share no place in the world",
            expected=f"something within {extent_told(grid)}",
            found=extent_told(labels.grid),
            advice="Check that they belong together, and that neither lost its geometry.",
        )
    alignment = align(labels.grid, grid)
    same_box = covers(grid, labels.grid) and covers(labels.grid, grid)
    only_turned = same_box and alignment is not None and alignment.exact
    finding = mismatch(
        Severity.INFO if only_turned or distance <= LAB001_INFO_VOXELS else Severity.ERROR,
        "The labels are on another grid than their image; they were brought onto it through world space.",
        f"{labels.grid!r}: {_apart(distance, only_turned)}",
        repr(grid),
        advice="Look at the case: nothing needs to be done if the labels fit the picture.",
    )
    return labels, (finding,)


def _voxel_by_voxel(labels: Labels, grid: Grid) -> tuple[Labels, tuple[Finding, ...]]:
    if labels.grid.shape != grid.shape:
        raise GridMismatch(
            "the labels or the image have no place in the world, and their shapes differ",
            expected=repr(grid),
            found=repr(labels.grid),
            advice="Give the labels as a file with the geometry of the image.",
        )
    if labels.grid.physical == grid.physical:
        return labels.replace(grid=grid), ()
    finding = mismatch(
        Severity.WARNING,
        "Only one of image and labels has patient geometry; they were laid together voxel by voxel.",
        repr(labels.grid),
        repr(grid),
        advice="Look at the case: the labels may be mirrored or turned against the picture.",
    )
    return labels.replace(grid=grid), (finding,)


def _apart(distance: float, only_turned: bool) -> str:
    if only_turned:
        return "the same places in another order"
    return "shapes differ" if distance == float("inf") else f"corners up to {distance:.3g} voxels apart"


def _overlap(a: Grid, b: Grid) -> bool:
    ours, theirs = a.corners(), b.corners()
    return bool(
        (ours.min(axis=0) < theirs.max(axis=0)).all() and (theirs.min(axis=0) < ours.max(axis=0)).all()
    )
