"""A clip to Hounsfield units of values that are none: nothing fails, and little of the picture is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scan2train.finding import Finding, Severity
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.knowledge.windows import CT_ONLY
from scan2train.recipe.step import Choice, ImageStep, SpatialStep, ValueStep
from scan2train.volume import Volume

if TYPE_CHECKING:
    from scan2train.recipe.recipe import Recipe

#: A clip that begins so low is for HU: MR and PET hardly go below zero, and standardised values not so far.
_LOW_HU = -20.0
_CODE = "ACQ006"


def clipped_as_ct(volume: Volume, recipe: Recipe) -> tuple[Finding, ...]:
    """A warning where the recipe clips or windows ``volume`` as only a CT can be, and its values are not in HU.

    Nothing is said where a step has changed the values before, or has said what they are (``take_as``).
    """
    found = None if volume.unit == "HU" else _first_range(recipe)
    if found is None:
        return ()
    word, low, high = found
    if low > _LOW_HU and (low, high) not in CT_ONLY:
        return ()
    modality = volume.meta.get("modality", "")
    return (
        Finding(
            code=_CODE,
            name=RULE_NAMES[_CODE],
            severity=Severity.WARNING,
            scope="volume",
            message="The recipe clips to a range of Hounsfield units, and these values are not known to be any.",
            advice="Leave out scans that are no CT (prepare --where \"modality = 'CT'\"), or take another recipe for "
            'them. If the values are in HU, say so: a step do = "take_as", measured_in = "HU" at its beginning.',
            seen=", ".join(one for one in (modality, volume.unit) if one),
            expected=f"HU, as {word} from {low:g} to {high:g} is for",
        ),
    )


def _first_range(recipe: Recipe) -> tuple[str, float, float] | None:
    """The word and the range of the step that clips values as they were measured; ``None`` where none does."""
    for step in recipe.steps:
        if isinstance(step, SpatialStep) or (isinstance(step, Choice) and not step.leaves_grid):
            continue  # values stay what they are
        if isinstance(step, ImageStep) and step.averages:
            continue
        change = step.map() if isinstance(step, ValueStep) and step.decided else None
        if change is None or change.bounds is None or change.scale < 0:
            return None
        low, high = ((end - change.shift) / change.scale for end in change.bounds)
        return step.word(), low, high
    return None
