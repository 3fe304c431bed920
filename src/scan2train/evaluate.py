"""How good a segmentation is, against what is held to be true."""

from __future__ import annotations

import os
from collections.abc import Iterable
from operator import index
from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.evaluating.case import Wanted
from scan2train.evaluating.definitions import Empty, Surface, definitions
from scan2train.evaluating.layers import Layers, scores_of_layers
from scan2train.evaluating.pairs import Pair
from scan2train.evaluating.run import layers_of, masks_of, run
from scan2train.evaluating.score import Score
from scan2train.reading.labels import as_labels
from scan2train.volume import Volume

__all__ = ["Score", "evaluate"]

#: A mask, or where one or several lie.
Masks = Volume | str | os.PathLike[str]


def evaluate(
    prediction: Masks,
    truth: Masks,
    *,
    labels: Iterable[int] | None = None,
    tolerances: Iterable[float] = (2.0,),
    surface: Surface = "area",
    empty: Empty = "null",
) -> list[Score]:
    """Overlap, distances between surfaces, and components found: every metric of every label of every case.

    Parameters
    ----------
    prediction, truth
        Labels, files of them, or two folders whose files are paired by name. Grids may differ: the prediction is
        brought to the truth's, and ``note`` of each score says so.
    labels
        The values to score; all that either mask has, or has a name for, if not given. 0 is the background. One that
        is called ``ignore`` is none: where the truth has it, nothing is scored.
    tolerances
        Of the normalised surface distance, in mm; in pixels where images have no geometry.
    surface
        ``"area"``: elements between eight voxels, by area. ``"voxel"``: the outermost voxels, all alike, as many tools
        have them.
    empty
        What a distance is where one of the two masks is empty: ``"null"``, none; ``"worst"``, the diagonal of the
        truth's image. Where both are empty there is no value in any case.

    Returns
    -------
    list[Score]
        By case, label and metric: ``dice jaccard sensitivity precision volume_difference hd hd95 assd masd nsd@2mm
        centre_distance lesion_f1``. Shares are 0 to 1, lengths mm, volumes ml. A truth without a prediction is scored
        as if that were empty, with the note ``no prediction``.

    Raises
    ------
    GridMismatch
        If the two do not meet anywhere in the world.
    WrongUse, UnknownName
        If an argument cannot be meant, or no two names of two folders agree.
    CasesFailed
        If a case of a folder cannot be scored.
    Scan2TrainError
        As :func:`scan2train.read.read`.
    """
    wanted = Wanted(
        labels=tuple(sorted({index(one) for one in labels or ()})),
        tolerances=tuple(float(one) for one in tolerances),
        surface=surface,
        empty=empty,
    )
    definitions(wanted.tolerances, wanted.surface, wanted.empty)
    _require_masks(prediction, truth)
    if not isinstance(truth, Volume) and Path(truth).is_dir() and not isinstance(prediction, Volume):
        made = run(Path(prediction), Path(truth), wanted)
        if made.failed:
            made.raise_for_failures()
        return list(made.scores)
    if isinstance(prediction, (str, os.PathLike)) and isinstance(truth, (str, os.PathLike)):
        pair = Pair(case="", truth=Path(truth), prediction=Path(prediction))
        return scores_of_layers(*masks_of(pair), wanted)
    return scores_of_layers(_layers(prediction), _layers(truth), wanted)


def _layers(given: Masks) -> Layers:
    return (as_labels(given),) if isinstance(given, Volume) else layers_of(Path(given))


def _require_masks(*given: object) -> None:
    for one in given:
        if not isinstance(one, (Volume, str, os.PathLike)):
            raise WrongUse(
                "a mask is Labels, or a file of them",
                found=type(one).__name__,
                advice="An array has no place in the world: wrap it by Labels.from_array(array, spacing).",
            )
