"""Rules chosen on validation cases: each only where it raises the mean Dice of its label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scan2train.errors import GridMismatch
from scan2train.grid import Grid
from scan2train.knowledge.tolerances import LAB001_INFO_VOXELS
from scan2train.measures.distances import box_around
from scan2train.measures.label_values import counts
from scan2train.sampling import Sampling, sample_labels
from scan2train.sampling.alignment import align
from scan2train.tools.postprocess.clean_mask import chosen, components, grow, require_space
from scan2train.tools.postprocess.rules import Rule, Rules, Size
from scan2train.volume import Labels

#: Tried where nothing is said; in voxels where there are no millimetres.
SIZES = tuple(Size(ml=one) for one in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0))
SIZES_IN_VOXELS = tuple(Size(voxels=one) for one in (5, 15, 50, 150, 500, 1500))
#: A mean Dice that rises by less has not risen.
_LEAST_GAIN = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen for a label: mean Dice over ``cases`` before and after, and what was tried, with its Dice."""

    label: int
    rule: Rule
    before: float
    after: float
    cases: int
    tried: tuple[tuple[str, float], ...]
    dropped: str = ""

    def verdict(self) -> str:
        """What was chosen, and what it gains, in words."""
        gain = f"mean Dice {self.before:.4f} -> {self.after:.4f} on {self.cases} validation cases"
        return self.dropped or (f"{self.rule}: {gain}" if not self.rule.idle else f"as it is: {gain}")

    def rivals(self) -> tuple[tuple[str, float], ...]:
        """What else was tried, with its mean Dice, the best first."""
        others = [one for one in self.tried if one[0] != str(self.rule)]
        return tuple(sorted(others, key=lambda one: -one[1]))

    def why(self) -> list[str]:
        """The verdict and all that was tried, a line each."""
        return [self.verdict(), *(f"tried {what}: {dice:.4f}" for what, dice in self.tried)]

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values."""
        return {
            "label": self.label,
            "rule": self.rule.to_json(),
            "dice_before": self.before,
            "dice_after": self.after,
            "cases": self.cases,
            "tried": [{"rule": what, "dice": dice} for what, dice in self.tried],
            "dropped": self.dropped,
        }


def candidates(asked: Rule, *, physical: bool = True) -> tuple[Rule, ...]:
    """All combinations of the parts of a rule, from none to all; of usual ones where it has none.

    ``physical`` says whether masks have millimetres.
    """
    usual = SIZES if physical else SIZES_IN_VOXELS
    sizes = (asked.min_size,) if asked.min_size else () if not asked.idle else usual
    largest = (False, True) if asked.largest or asked.idle else (False,)
    holes = (False, True) if asked.fill_holes or asked.idle else (False,)
    radii = (0.0, asked.closing_mm) if asked.closing_mm else (0.0,)
    return tuple(
        Rule(min_size=size, largest=only, closing_mm=radius, fill_holes=fill, connectivity=asked.connectivity)
        for size in (None, *sizes)
        for only in largest
        for radius in radii
        for fill in holes
    )


def dice_of_rules(prediction: Labels, truth: Labels, rules: Sequence[Rule]) -> Mapping[int, Sequence[float]]:
    """For each label of either, its Dice after each of ``rules``; 1 where neither mask has it then.

    Raises
    ------
    GridMismatch
        If the two lie on different lattices; one may be turned over, or be a part of the other.
    GeometryError, WrongUse
        If a rule needs millimetres, or perpendicular axes, and the grid has none.
    """
    require_space(prediction.grid, rules)
    meant = counts(truth)
    here = _on(prediction.grid, truth)
    values = sorted({*counts(prediction), *meant} - {0})
    return {value: list(_dice_of(prediction, here, value, meant.get(value, 0), rules)) for value in values}


def _on(grid: Grid, truth: Labels) -> Labels:
    """The truth voxel by voxel on a prediction's grid: there the rules will be used."""
    if truth.grid.distance_in_voxels(grid) <= LAB001_INFO_VOXELS:
        return truth
    alignment = align(truth.grid, grid) if truth.grid.physical and grid.physical else None
    if alignment is None or not alignment.exact:
        raise GridMismatch(
            "a prediction and its truth lie on different grids",
            expected=repr(truth.grid),
            found=repr(grid),
            advice="Bring the predictions back to their scans first: scan2train restore.",
        )
    return sample_labels(truth, grid, Sampling("nearest"))


def _dice_of(
    prediction: Labels, truth: Labels, value: int, meant_all: int, rules: Sequence[Rule]
) -> Iterator[float]:
    """``meant_all`` counts the label in all of the truth, beyond the prediction's grid too."""
    grid = prediction.grid
    voxel_ml = grid.voxel_volume / 1000 if grid.physical else None
    radius = max(rule.closing_mm for rule in rules)
    reach = tuple(int(np.ceil(radius / step)) for step in grid.spacing)
    box = box_around(prediction.array == value, reach if radius else (0, 0, 0))
    part, meant = prediction.array[box], truth.array[box] == value
    pieces, sizes = components(part == value, rules[0].connectivity)
    # Both in the order of the memory of the pieces, which is that of (k, j, i).
    hits = np.bincount(pieces.T.ravel(), weights=meant.T.ravel(), minlength=len(sizes))
    known: dict[tuple[bytes, float, bool], float] = {}
    for rule in rules:
        kept = chosen(sizes, rule, voxel_ml)
        key = (kept.tobytes(), rule.closing_mm, rule.fill_holes)
        if key not in known:
            size, hit = int(sizes[kept].sum()), float(hits[kept].sum())
            if rule.closing_mm or rule.fill_holes:
                array = np.where((part == value) & ~kept[pieces], 0, part)
                before = array == value
                grow(array, value, rule, grid)
                added = (array == value) & ~before
                size, hit = size + int(added.sum()), hit + float((added & meant).sum())
            known[key] = 1.0 if size + meant_all == 0 else 2 * hit / (size + meant_all)
        yield known[key]


def choose(rules: Sequence[Rule], scores: Sequence[Mapping[int, Sequence[float]]]) -> tuple[Choice, ...]:
    """For each label the part that raises its mean Dice most, then the next beside it, until none raises it.

    Parameters
    ----------
    rules
        What was tried; the first does nothing.
    scores
        For each validation case what :func:`dice_of_rules` gave.
    """
    every = sorted({value for case in scores for value in case})
    return tuple(_choose(value, rules, scores) for value in every)


def _choose(value: int, rules: Sequence[Rule], scores: Sequence[Mapping[int, Sequence[float]]]) -> Choice:
    # A case that has the label in neither mask has it right.
    rows = np.array([case.get(value, np.ones(len(rules))) for case in scores], dtype=np.float64)
    mean = dict(zip(rules, rows.mean(axis=0).tolist(), strict=True))
    best, tried = rules[0], []
    while True:
        further = [
            one for one in rules if _parts(one) > _parts(best) and len(_parts(one)) == len(_parts(best)) + 1
        ]
        if not further:
            break
        tried += [(str(one), mean[one]) for one in further]
        top = max(further, key=lambda one: mean[one])
        if mean[top] <= mean[best] + _LEAST_GAIN:
            break
        best = top
    return Choice(
        label=value,
        rule=best,
        before=mean[rules[0]],
        after=mean[best],
        cases=len(rows),
        tried=tuple(tried),
    )


def _parts(rule: Rule) -> frozenset[tuple[str, object]]:
    parts = {"min_size": rule.min_size, "largest": rule.largest, "closing": rule.closing_mm}
    parts["fill_holes"] = rule.fill_holes
    return frozenset((name, part) for name, part in parts.items() if part)


def rules_of(choices: Sequence[Choice]) -> Rules:
    """The rules that were chosen; labels that were not there stay as they are."""
    return Rules(labels={one.label: one.rule for one in choices})


def dropped(choice: Choice, before: float, after: float) -> Choice:
    """The choice taken back, where together with the others it raised nothing."""
    told = f"as it is: {choice.rule} alone raises mean Dice, but beside the other labels' rules not ({after:.4f})"
    idle = Rule(connectivity=choice.rule.connectivity)
    return replace(choice, rule=idle, before=before, after=before, dropped=told)
