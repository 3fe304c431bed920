"""All metrics of all labels of one case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.evaluating.definitions import Empty, Surface, definitions
from scan2train.evaluating.ignored import ignored_in, without_ignored
from scan2train.evaluating.lesions import lesion_f1
from scan2train.evaluating.on_one_grid import on_one_grid
from scan2train.evaluating.score import Score
from scan2train.finding import Severity
from scan2train.grid import Grid
from scan2train.measures.label_pairs import LabelPair, Overlaid, overlay
from scan2train.measures.surface_distances import SurfaceDistances, surface_distances
from scan2train.volume import Labels

#: What a number lacks where a mask is empty.
MISSED, BOTH_EMPTY, NO_PREDICTION = "missed", "both empty", "no prediction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is measured, and how: see :func:`scan2train.evaluate.evaluate`. ``labels`` empty: all there are."""

    labels: tuple[int, ...] = ()
    tolerances: tuple[float, ...] = (2.0,)
    surface: Surface = "area"
    empty: Empty = "null"

    def __post_init__(self) -> None:
        if 0 in self.labels:
            raise WrongUse(
                "0 is the background, and no label", expected="other whole numbers", found=self.labels
            )


@dataclass(frozen=True, slots=True)
class _Missing:
    """Why there is no value."""

    why: str


def scores_of(
    prediction: Labels | None,
    truth: Labels,
    wanted: Wanted,
    *,
    case: str = "",
    names: Mapping[int, str] | None = None,
) -> list[Score]:
    """Every metric of every label, by label.

    Parameters
    ----------
    prediction
        ``None`` where there is none: an empty mask then, and a note.
    names
        Of labels; those that neither mask has are told too. A label called ``ignore`` is none: where the truth has it
        nothing is scored.

    Raises
    ------
    GridMismatch
        If the two masks share no place.
    """
    given = Labels(array=np.zeros_like(truth.array), grid=truth.grid) if prediction is None else prediction
    known = {**given.names, **truth.names, **(names or {})}
    called = {value: _called(given.names, truth.names, value) for value in {*given.names} & {*truth.names}}
    said = [
        f"{word}: {text}" for word, mask in (("prediction", given), ("truth", truth)) for text in _told(mask)
    ]
    given, truth, note = on_one_grid(given, truth)
    ignored = ignored_in(known, wanted.labels)
    given, truth, left_out = without_ignored(given, truth, ignored)
    note = "; ".join(filter(None, (*said, note if prediction is not None else NO_PREDICTION, left_out)))
    laid = overlay(given, truth)
    values = wanted.labels or tuple(sorted({*laid.labels, *known} - {0, *ignored}))
    return [
        one
        for value in values
        for one in _of_label(
            laid,
            value,
            truth.grid,
            wanted,
            case,
            known,
            "; ".join(filter(None, (called.get(value, ""), note))),
        )
    ]


def _called(prediction: Mapping[int, str], truth: Mapping[int, str], value: int) -> str:
    """A note where the two masks call a value by names of their own: they may number labels differently."""
    one, other = prediction[value], truth[value]
    return (
        "" if one.casefold() == other.casefold() else f"the prediction calls it {one!r}, the truth {other!r}"
    )


def _of_label(
    laid: Overlaid,
    value: int,
    grid: Grid,
    wanted: Wanted,
    case: str,
    names: Mapping[int, str],
    note: str,
) -> Iterator[Score]:
    pair = laid.of(value)
    unit = "mm" if grid.physical else "px"
    told = definitions(wanted.tolerances, wanted.surface, wanted.empty, unit)
    numbers = _numbers(laid, pair, grid, wanted, told)
    for metric, definition in told.items():
        number = numbers[metric]
        known, why = (None, number.why) if isinstance(number, _Missing) else (number, "")
        if known is not None and _one_is_empty(pair) and metric != "volume_difference":
            why = MISSED
        yield Score(
            case=case,
            label=value,
            metric=metric,
            value=known,
            unit=definition.unit,
            note="; ".join(one for one in (why, note) if one),
            name=names.get(value, ""),
            definition=definition.id,
            truth=pair.truth,
            prediction=pair.prediction,
        )


def _numbers(
    laid: Overlaid, pair: LabelPair, grid: Grid, wanted: Wanted, told: Iterable[str]
) -> dict[str, float | _Missing]:
    if pair.box is None:
        return dict.fromkeys(told, _Missing(BOTH_EMPTY))
    t, p, both = pair.truth, pair.prediction, pair.both
    voxel = grid.voxel_volume / (1000 if grid.physical else 1)
    numbers: dict[str, float | _Missing] = {
        "dice": 2 * both / (t + p),
        "jaccard": both / (t + p - both),
        "sensitivity": both / t if t else _Missing("the truth is empty"),
        "precision": both / p if p else _Missing("the prediction is empty"),
        "volume_difference": (p - t) * voxel,
    }
    if _one_is_empty(pair):
        far = _diagonal(grid) if wanted.empty == "worst" else _Missing(MISSED)
        rest = (one for one in told if one not in numbers)
        return numbers | {one: 0.0 if one.startswith(("nsd", "lesion")) else far for one in rest}
    apart = _distances(laid, pair, grid, wanted)
    unit = "mm" if grid.physical else "px"
    numbers |= {"hd": apart.hausdorff(), "hd95": apart.hausdorff(95), "assd": apart.assd, "masd": apart.masd}
    numbers |= {f"nsd@{one:g}{unit}": apart.within(one) for one in wanted.tolerances}
    ends = grid.to_world(np.array([pair.truth_centroid, pair.prediction_centroid]))
    numbers["centre_distance"] = float(np.linalg.norm(ends[0] - ends[1]))
    box = laid.along(pair.box)
    numbers["lesion_f1"], _ = lesion_f1(laid.prediction[box] == pair.rank, laid.truth[box] == pair.rank)
    return numbers


def _distances(laid: Overlaid, pair: LabelPair, grid: Grid, wanted: Wanted) -> SurfaceDistances:
    assert pair.box is not None
    return surface_distances(
        laid.prediction,
        laid.truth,
        pair.rank,
        laid.along(pair.box),
        laid.along(grid.spacing),
        by_voxel=wanted.surface == "voxel",
    )


def _one_is_empty(pair: LabelPair) -> bool:
    return (pair.truth == 0) != (pair.prediction == 0)


def _diagonal(grid: Grid) -> float:
    """The longest way through the image, from outer corner to outer corner."""
    return float(np.linalg.norm(np.array(grid.shape) * np.array(grid.spacing)))


def _told(mask: Labels) -> list[str]:
    """What reading found wrong with labels: contours that were cut off, or lie between slices."""
    return [
        one.message.rstrip(".")
        for one in mask.findings
        if one.code.startswith("LAB") and one.severity is not Severity.INFO
    ]
