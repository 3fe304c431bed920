"""The way back from a case to its source, for its account: steps that can be run, and what no step brings back."""

from __future__ import annotations

from typing import Any

from scan2train.grid import Grid
from scan2train.recipe import Recipe, SpatialStep, Step, ValueStep
from scan2train.steps.linear import Linear
from scan2train.steps.to_grid import ToGrid


def how_to_undo(done: Recipe, before: Grid) -> dict[str, Any]:
    """What stands in the account under ``undo``.

    Parameters
    ----------
    done
        The plain steps that were done.
    before
        The grid of the source.

    Returns
    -------
    ``step``, a list of plain steps: those that take values back, then one onto the source's grid; labels and whatever
    else was predicted need the last alone. ``lost`` has the words of steps whose changes cannot be taken back: values
    beyond a clip, or all values before a step that bends them.
    """
    steps: list[Step] = []
    lost = []
    for step in reversed(done.steps):
        if isinstance(step, SpatialStep):
            continue
        assert isinstance(step, Step)  # an account holds no choice
        back = step.undo(before)
        if back is None:
            lost.append(step.word())
            back = _within_the_clip(step)
        if back is None:
            break
        steps.append(back)
    whole = (step.to_json() for step in steps if step != Linear())
    onto = ToGrid(shape=before.shape, affine=tuple(before.affine.ravel().tolist()))
    return {"step": [*whole, onto.to_json()], "lost": lost}


def _within_the_clip(step: Step) -> Step | None:
    """What takes back the values that a clip left as they were; ``None`` for any other step."""
    change = step.map() if isinstance(step, ValueStep) else None
    if change is None:
        return None
    return Linear(scale=1 / change.scale, shift=-change.shift / change.scale)
