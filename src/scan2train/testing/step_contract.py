"""What every step and choice must keep, whatever it does; run it on your own with :func:`check_step`."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from scan2train.recipe import ImageStep, Recipe, SpatialStep, Step, ValueStep, WholeStep
from scan2train.sampling.alignment import align
from scan2train.testing.phantoms.fields import position_encoding
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    from scan2train.grid import Grid
    from scan2train.recipe import Instruction
    from scan2train.volume import Array, Mask


def check_step(step: Instruction, volume: Volume, labels: Labels, *, seed: int = 0) -> None:
    """Hold a step, or a choice and the step that it becomes, to the contract.

    * It survives JSON and TOML, and is frozen.
    * The volume and labels given stay as they are; what it returns is read-only.
    * The grid that it plans is the grid that it makes, of the volume and of the labels.
    * The account replays to the same bits.
    * Labels stay labels: the same names, no value that was not there; a step of values leaves them alone.
    * What was padding stays padding, space beyond the source is padding, and no padded value is looked at.
    * A step of space (not one that moves content within its grid) puts every value where it belongs in the world.
    * ``undo``, where there is one, leads back to the grid it began on and, for values, to the values.

    Parameters
    ----------
    step
        To be checked.
    volume
        Any volume that the step takes, at least a few voxels long on each axis, of one channel; its values need room
        around them in their type (16-bit CT, say).
    labels
        On the same grid.
    seed
        Of the choices.

    Raises
    ------
    AssertionError
        Naming what was broken.
    """
    recipe = Recipe(steps=(step,))
    _survives_text(recipe)
    before = [_snapshot(one) for one in (volume, labels)]
    ready, ready_labels, account = recipe.run_pair(volume, labels, seed=seed)
    assert before == [_snapshot(one) for one in (volume, labels)], "the volume or labels given were changed"
    assert account.is_account, "the account leaves something to data or chance"
    _survives_text(account)
    done = account.steps[0]
    assert isinstance(done, Step), "a choice must become a plain step"
    _is_frozen(ready, ready_labels)
    planned = done.grid(volume.grid)
    assert ready.grid == planned, f"planned {planned}, made {ready.grid}"
    assert ready_labels.grid == planned, f"planned {planned}, labels on {ready_labels.grid}"
    again, again_labels, _ = account.run_pair(volume, labels, seed=seed + 1)
    alone = done(volume)
    for other, what in ((again, "replayed"), (alone, "called by itself")):
        assert _snapshot(other) == _snapshot(ready), f"the step {what} gives another volume"
    assert _snapshot(again_labels) == _snapshot(ready_labels), "the step replayed gives other labels"
    _labels_stay_labels(done, labels, ready_labels)
    _padding_stays_padding(done, volume, ready)
    _padding_is_not_looked_at(recipe, volume, labels, seed)
    if isinstance(done, SpatialStep):
        _values_keep_their_place(done, volume.grid)
    _undo_leads_back(done, volume, ready)


def _survives_text(recipe: Recipe) -> None:
    for one in recipe.steps:
        data = json.loads(json.dumps(one.to_json(), allow_nan=False))
        assert type(one).from_json(data) == one, f"{one} does not survive JSON"
    assert Recipe.from_toml(recipe.to_toml()) == recipe, f"{recipe} does not survive TOML"
    for name in recipe.steps[0].to_json().keys() - {"do"}:
        try:
            setattr(recipe.steps[0], name, None)
        except FrozenInstanceError:
            continue
        raise AssertionError(f"{type(recipe.steps[0]).__name__}.{name} can be changed: a step is frozen")


def _is_frozen(ready: Volume, ready_labels: Labels) -> None:
    assert type(ready) is Volume, f"a volume became {type(ready).__name__}"
    assert type(ready_labels) is Labels, f"labels became {type(ready_labels).__name__}"
    for made in (ready, ready_labels):
        assert not made.array.flags.writeable, "the result can be written to"
        assert made.valid is None or not made.valid.flags.writeable, "the result's mask can be written to"


def _labels_stay_labels(done: Step, labels: Labels, ready: Labels) -> None:
    assert ready.array.dtype.kind in "iub", f"labels of type {ready.array.dtype}"
    assert dict(ready.names) == dict(labels.names), "the labels' names were lost"
    new = set(np.unique(ready.array).tolist()) - set(np.unique(labels.array).tolist()) - {0}
    assert not new, f"labels that were not there: {sorted(new)}"
    if isinstance(done, (ValueStep, ImageStep)):
        assert np.array_equal(ready.array, labels.array), "a step of values changed labels"


def _padding_stays_padding(done: Step, volume: Volume, ready: Volume) -> None:
    source = np.ones(volume.grid.shape, dtype=np.bool_) if volume.valid is None else volume.valid
    made = np.ones(ready.grid.shape, dtype=np.bool_) if ready.valid is None else ready.valid
    if isinstance(done, (ValueStep, ImageStep)):
        assert np.array_equal(made, source), "a step of values changed what is valid"
        return
    if isinstance(done, WholeStep):
        return  # content moves within the grid, and its padding with it: tests of such a step say where to
    index = _index_in(volume.grid, ready.grid)
    beyond = ((index < -0.5 - 1e-6) | (index > np.array(source.shape) - 0.5 + 1e-6)).any(axis=-1)
    assert not made[beyond].any(), "space beyond the source is called valid"
    hopeless = ~_near_valid(source, index) & ~beyond
    assert not made[hopeless].any(), "a voxel amid padding is called valid"


def _near_valid(source: Mask, index: Array) -> Mask:
    """Whether any of the eight voxels around each place is valid."""
    found = np.zeros(index.shape[:-1], dtype=np.bool_)
    low = np.floor(index + 1e-6).astype(int)
    for corner in product((0, 1), repeat=3):
        at = np.clip(low + corner, 0, np.array(source.shape) - 1)
        found |= source[tuple(np.moveaxis(at, -1, 0))]
    return found


def _padding_is_not_looked_at(recipe: Recipe, volume: Volume, labels: Labels, seed: int) -> None:
    valid = np.ones(volume.grid.shape, dtype=np.bool_) if volume.valid is None else volume.valid.copy()
    valid[: max(1, valid.shape[0] // 5), :, -max(1, valid.shape[2] // 4) :] = False
    low, high = int(volume.array.min()), int(volume.array.max())
    made = []
    for planted in (low, high):
        array = np.where(valid, volume.array, np.array(planted, dtype=volume.array.dtype))
        made.append(recipe.run_pair(volume.replace(array=array, valid=valid), labels, seed=seed))
    (first, _, account), (second, _, other) = made
    assert account == other, "a padded value decided what was done"
    assert first.valid is not None, "the mask of real data was lost"
    assert second.valid is not None, "the mask of real data was lost"
    assert np.array_equal(first.valid, second.valid), "a padded value decided what is valid"
    assert np.array_equal(first.array[first.valid], second.array[second.valid]), "a padded value leaked"


def _values_keep_their_place(done: SpatialStep, grid: Grid) -> None:
    field = position_encoding(grid, (1.0, 0.83, 1.31), dtype=np.float32)
    made = done(field)
    expected = position_encoding(made.grid, (1.0, 0.83, 1.31)).array
    index = _index_in(grid, made.grid)
    # Near the faces an antialiasing or cubic kernel has no voxels on one side: only the inside is exact.
    wide = 2 + 2 * np.maximum(1, np.asarray(made.grid.spacing).max() / np.asarray(grid.spacing))
    inside = ((index >= wide) & (index <= np.array(grid.shape) - 1 - wide)).all(axis=-1)
    off = np.abs(made.array.astype(np.float64) - expected)[inside]
    limit = _place_limit(done, grid, made.grid) + 2e-6 * float(np.abs(field.array).max())
    assert off.size == 0 or off.max() <= limit, f"a value is {off.max():.3g} mm from where it belongs"


def _place_limit(done: SpatialStep, grid: Grid, made: Grid) -> float:
    """How far, in mm summed over the axes, a value may come from its place."""
    voxel = float(sum(grid.spacing))
    if done.sampling.interpolation == "nearest":
        return voxel
    if done.sampling.interpolation == "cubic" and align(grid, made) is None:
        # Between turned grids the spline's ends are mirrored: felt inside, 0.27 times as much with every voxel.
        return voxel * 0.27**4
    return 1e-3


def _undo_leads_back(done: Step, volume: Volume, ready: Volume) -> None:
    back = done.undo(volume.grid)
    if back is None:
        return
    undone = back(ready)
    assert undone.grid.distance_in_voxels(volume.grid) < 1e-6, f"undone onto {undone.grid}"
    if isinstance(done, ValueStep):
        off = np.abs(undone.array.astype(np.float64) - volume.array)
        scale = max(1.0, float(np.abs(volume.array.astype(np.float64)).max()))
        assert off.max() <= 1e-5 * scale, f"values come back {off.max():.3g} off"


def _index_in(source: Grid, target: Grid) -> Array:
    """``(i, j, k, 3)``: where in ``source`` the voxels of ``target`` lie."""
    every = np.stack(np.meshgrid(*(np.arange(n) for n in target.shape), indexing="ij"), axis=-1)
    return source.to_index(target.to_world(every))


def _snapshot(volume: Volume) -> tuple[object, ...]:
    valid = None if volume.valid is None else volume.valid.tobytes()
    about = (str(volume.array.dtype), volume.unit, repr(dict(volume.meta)), volume.findings)
    return (volume.array.tobytes(), valid, volume.grid, *about)
