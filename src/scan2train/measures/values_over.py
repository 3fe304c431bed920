"""The values of a volume on its way through a recipe, in the part of it that a statistic is to be taken over."""

from __future__ import annotations

from typing import Literal

from scan2train.errors import GridMismatch, WrongUse
from scan2train.measures.body import body_on
from scan2train.measures.foreground import foreground_values
from scan2train.recipe import Scene
from scan2train.volume import Array

Region = Literal["volume", "foreground", "body", "labels"]


def values_over(scene: Scene, region: Region) -> Array:
    """Flat, as they stand: all real ones, or those above Otsu's threshold, in the body, or under any label but 0.

    Under labels there may be none.

    Raises
    ------
    WrongUse
        If labels are asked for and there are none, or a body on what is no CT or has been moved.
    Scan2TrainError
        If there is no foreground, or no body.
    """
    volume = scene.volume
    if region in ("volume", "foreground"):
        return foreground_values(volume, whole=region == "volume")
    mask = (
        _labelled(scene) if region == "labels" else body_on(scene.measured_in_place("the body"), scene.grid).T
    )
    if volume.valid is not None:
        mask = mask & volume.valid.T
    values: Array = volume.array.T[..., mask].reshape(-1)
    return values


def _labelled(scene: Scene) -> Array:
    labels = scene.standing_labels
    if labels is None:
        raise WrongUse(
            "these values are to be taken under the labels, and this case has none",
            expected="labels for every case that is fitted on or measured",
            advice="Give them with --labels or run_pair. A new scan has none: for numbers that fit it, too, fit on the "
            'data set (over = "dataset", within = "labels"), or take the foreground.',
        )
    if labels.grid != scene.grid:
        raise GridMismatch("labels and image went different ways", expected=scene.grid, found=labels.grid)
    mask: Array = labels.array.T != 0
    return mask if labels.valid is None else mask & labels.valid.T
