"""What lies on a prepared grid, on the grid that its source was read on."""

from __future__ import annotations

from scan2train.errors import GridMismatch
from scan2train.grid import Grid
from scan2train.knowledge.tolerances import LAB001_SILENT_VOXELS
from scan2train.preparing.prepared import Case
from scan2train.steps.to_grid import ToGrid
from scan2train.volume import Labels, Volume


def back_to(grid: Grid, prediction: Volume) -> Volume:
    """The prediction on ``grid``, through world space, in one sampling.

    Labels stay labels: each is interpolated as a picture of its own and the largest wins, and background is what lies
    beyond the prepared image. Other values are interpolated linearly; ``valid`` is false beyond.
    """
    step = ToGrid(shape=grid.shape, affine=tuple(grid.affine.ravel().tolist()))
    back = step(prediction)
    return back.replace(valid=None) if isinstance(back, Labels) else back


def on_prepared_grid(prediction: Volume, case: Case) -> Volume:
    """The prediction with the exact grid of the case's prepared image.

    Raises
    ------
    GridMismatch
        If it does not lie there.
    """
    after = case.after
    apart = after.distance_in_voxels(prediction.grid)
    if apart > LAB001_SILENT_VOXELS:
        raise GridMismatch(
            "the prediction does not lie on the grid of the prepared image",
            where=case.name,
            expected=repr(after),
            found=f"{prediction.grid!r}, "
            + ("another shape" if apart == float("inf") else f"corners up to {apart:.3g} voxels apart"),
            advice="Write predictions with the affine of the image that they were made from.",
        )
    return prediction.replace(grid=after)
