"""The worst slice of the worst cases, drawn: truth, prediction, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.evaluating.evaluation import Evaluation
from scan2train.evaluating.ignored import without_ignored
from scan2train.evaluating.layers import layer_of
from scan2train.evaluating.on_one_grid import on_one_grid
from scan2train.evaluating.pairs import Pair
from scan2train.evaluating.run import masks_of
from scan2train.evaluating.score import Score
from scan2train.figures.planes import PlaneName, cut
from scan2train.figures.sheet import Row, draw, save
from scan2train.figures.window import choose_window
from scan2train.formats.sniff import sniff_file
from scan2train.grid import Grid, closest_axes
from scan2train.knowledge.file_names import CHANNEL, stem, without_image_word
from scan2train.knowledge.tolerances import LAB001_INFO_VOXELS
from scan2train.read import read
from scan2train.reading.kept import require_kept
from scan2train.volume import Mask, Volume

#: The plane across each world axis.
_ACROSS: tuple[PlaneName, ...] = ("sagittal", "coronal", "axial")
#: Shows nothing of a picture of zeros.
_BLACK = (1.0, 1.0)
_DIFFERENCES = {1: "missed", 2: "too much", 3: "another label"}


def draw_worst(made: Evaluation, folder: Path, images: Path | None, most: int) -> Iterator[Path]:
    """Draw the cases with the lowest mean Dice, worst first, and yield the files as they are written.

    Of labels that overlap those are drawn that lie beside the worst.

    Parameters
    ----------
    images
        A folder of images named after the cases. If not given, the one beside a truth in a folder of its own; else
        outlines alone.
    most
        So many cases.

    Raises
    ------
    WrongUse
        If the folder cannot be made, there is none of images, or a picture would replace a mask.
    """
    if images is not None and not images.is_dir():
        raise WrongUse("there is no such folder", where=images, expected="images named after the cases")
    dice: dict[str, list[Score]] = {}
    for one in made.scores:
        if one.metric == "dice" and one.value is not None:
            dice.setdefault(one.case, []).append(one)
    means = {case: float(np.mean([one.value for one in of_case])) for case, of_case in dice.items()}
    pairs = {pair.case: pair for pair in made.pairs}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse("the folder cannot be made", where=folder, found=error.strerror) from error
    for place, case in enumerate(sorted(means, key=lambda case: means[case])[:most], start=1):
        path = folder / f"{place:02d}_{case}.png"
        for mask in filter(None, (pairs[case].truth, pairs[case].prediction)):
            require_kept(mask, [path])
        told = {one.label: one.name for one in made.scores if one.name}
        least = min(dice[case], key=lambda one: one.value or 0)
        _draw(
            pairs[case], images, told, made.ignored, least.label, f"{case}: mean Dice {means[case]:.3f}", path
        )
        yield path


def _draw(
    pair: Pair,
    images: Path | None,
    told: Mapping[int, str],
    ignored: tuple[int, ...],
    worst: int,
    title: str,
    path: Path,
) -> None:
    predictions, truths = masks_of(pair)
    truth = layer_of(truths, worst)
    given = (
        truth.replace(array=np.zeros_like(truth.array))
        if predictions is None
        else layer_of(predictions, worst)
    )
    given, truth, note = on_one_grid(given, truth)
    given, truth, left_out = without_ignored(given, truth, ignored)
    image = _image(pair, images, truth.grid)
    window = _BLACK if image is None else choose_window(image, None)
    shown = np.zeros(truth.grid.shape, np.uint8) if image is None else image.array
    apart = given.array != truth.array
    name, index = _worst_slice(apart, truth.grid)
    names = {**given.names, **truth.names, **told}
    past = max(int(truth.array.max()), int(given.array.max()))
    names |= {past + kind: name for kind, name in _DIFFERENCES.items()}
    kinds = np.select([~apart, given.array == 0, truth.array == 0], [0, past + 1, past + 2], past + 3)
    row = Row(
        planes=[cut(shown, truth.grid, name, index, one) for one in (truth.array, given.array, kinds)],
        window=window,
        caption="Truth · prediction · where they differ",
        detail="; ".join(filter(None, (note, left_out))),
        names=names,
    )
    save(draw([row], title=title), path)


def _worst_slice(apart: Mask, grid: Grid) -> tuple[PlaneName, tuple[int, int, int]]:
    """The slice with the most voxels that differ, across the axis of the largest spacing, of equals the patient's z."""
    world = [axis for axis, _ in closest_axes(grid)]
    flat = [n == 1 for n in grid.shape]
    axis = max(range(3), key=lambda one: (flat[one], round(grid.spacing[one], 3), world[one]))
    others = tuple(one for one in range(3) if one != axis)
    index = [n // 2 for n in grid.shape]
    index[axis] = int(apart.sum(axis=others).argmax())
    return _ACROSS[world[axis]], (index[0], index[1], index[2])


def _image(pair: Pair, images: Path | None, grid: Grid) -> Volume | None:
    """What the masks were drawn on; ``None`` where it is not found, or lies on another grid."""
    for path in _candidates(pair, images):
        try:
            found = read(path)
        except Scan2TrainError:
            continue
        if grid.distance_in_voxels(found.grid) <= LAB001_INFO_VOXELS:
            return found
    return None


def _candidates(pair: Pair, images: Path | None) -> list[Path]:
    if images is not None:
        names = {path: CHANNEL.sub("", stem(path.name)) for path in sorted(images.iterdir())}
        return [path for path, name in names.items() if pair.case in (name, path.name)]
    if pair.truth.parent.name != pair.case:
        return []
    beside = sorted(path for path in pair.truth.parent.iterdir() if path.is_file() and path != pair.truth)
    return [
        path for path in beside if not without_image_word(stem(path.name)) and sniff_file(path) is not None
    ]
