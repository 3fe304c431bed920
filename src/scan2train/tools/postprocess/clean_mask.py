"""One mask, cleaned by rules, and what that changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import GeometryError
from scan2train.grid import Grid
from scan2train.measures.closed_mask import closed_mask
from scan2train.measures.distances import box_around
from scan2train.measures.enclosed_holes import enclosed_holes
from scan2train.measures.label_values import counts
from scan2train.tools.postprocess.rules import Rule, Rules
from scan2train.volume import Labels, Mask

#: Axes that are further from perpendicular have no ball along indices.
_MOST_SHEAR = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of one label: voxels before and after, components taken away, background that became it.

    ``voxel_ml`` is the volume of a voxel, ``None`` without millimetres.
    """

    label: int
    name: str
    before: int
    after: int
    components: int
    removed_components: int
    removed: int
    closed: int
    filled: int
    voxel_ml: float | None

    @property
    def idle(self) -> bool:
        """Whether the label stayed as it was."""
        return not (self.removed or self.closed or self.filled)

    def ml(self, voxels: int) -> float | None:
        """A number of voxels as ml."""
        return None if self.voxel_ml is None else voxels * self.voxel_ml

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values."""
        counted = ("before", "after", "removed", "closed", "filled")
        return {
            "label": self.label,
            "name": self.name,
            "components": self.components,
            "removed_components": self.removed_components,
            **{f"{name}_voxels": getattr(self, name) for name in counted},
            **{f"{name}_ml": self.ml(getattr(self, name)) for name in counted},
        }


def clean_mask(labels: Labels, rules: Rules) -> tuple[Labels, tuple[Changed, ...]]:
    """Take components away from all labels, then close and fill, label by label in rising order.

    What is closed or filled was background: no label takes anything from another.

    Raises
    ------
    GeometryError
        If gaps are to be closed, and the grid has no millimetres or no perpendicular axes.
    WrongUse
        If a least size in ml is asked for, and the grid has no millimetres.
    """
    there = {value: n for value, n in counts(labels).items() if value != 0}
    asked = {value: rules.of(value) for value in there}
    require_space(labels.grid, asked.values())
    voxel_ml = labels.grid.voxel_volume / 1000 if labels.grid.physical else None
    array = np.array(labels.array, order="K")
    told: dict[int, dict[str, int]] = {}
    for value, rule in asked.items():
        box = box_around(labels.array == value)
        within = labels.array[box] == value
        kept, all_of_them, gone = _kept(within, rule, voxel_ml)
        array[box][within & ~kept] = 0
        told[value] = {"components": all_of_them, "removed_components": gone}
        told[value]["removed"] = int(within.sum()) - int(kept.sum())
    for value, rule in asked.items():
        told[value] |= grow(array, value, rule, labels.grid)
    after = {value: int(n) for value, n in zip(*np.unique(array, return_counts=True), strict=True)}
    made = labels.replace(array=array)
    return made, tuple(
        Changed(
            label=value,
            name=labels.names.get(value, ""),
            before=n,
            after=after.get(value, 0),
            voxel_ml=voxel_ml,
            **told[value],
        )
        for value, n in there.items()
    )


def components(mask: Mask, connectivity: Any) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.int64]]:
    """Numbers of the components, from 1, and the size of each number, that of 0 as 0."""
    import cc3d

    pieces = cc3d.connected_components(
        np.ascontiguousarray(mask.T).view(np.uint8), connectivity=connectivity
    ).T
    # A label that is not there has an empty box, and no number at all.
    sizes = np.bincount(pieces.ravel(order="K"), minlength=1)
    sizes[0] = 0
    return pieces, sizes


def chosen(sizes: npt.NDArray[np.int64], rule: Rule, voxel_ml: float | None) -> Mask:
    """Which numbers of components a rule keeps."""
    kept = sizes >= (rule.min_size.in_voxels(voxel_ml) if rule.min_size else 0)
    if rule.largest:
        kept &= np.arange(len(sizes)) == sizes.argmax()
    kept[0] = False
    return kept


def grow(array: npt.NDArray[np.integer], value: int, rule: Rule, grid: Grid) -> dict[str, int]:
    """Close and fill one label of ``array`` in place, where it is 0; returns how many voxels each took."""
    told = {"closed": 0, "filled": 0}
    if not (rule.closing_mm or rule.fill_holes):
        return told
    reach = tuple(int(np.ceil(rule.closing_mm / step)) for step in grid.spacing)
    box = box_around(array == value, reach if rule.closing_mm else (0, 0, 0))
    part = array[box]
    for word, done in (("closed", rule.closing_mm), ("filled", rule.fill_holes)):
        own = part == value
        if done and own.any():
            whole = (
                closed_mask(own, rule.closing_mm, grid.spacing)
                if word == "closed"
                else enclosed_holes(own, rule.connectivity)
            )
            new = whole & (part == 0)
            part[new] = value
            told[word] = int(new.sum())
    return told


def _kept(within: Mask, rule: Rule, voxel_ml: float | None) -> tuple[Mask, int, int]:
    pieces, sizes = components(within, rule.connectivity)
    kept = chosen(sizes, rule, voxel_ml)
    number = len(sizes) - 1
    gone = number - int(kept.sum())
    return (kept[pieces] if gone else within), number, gone


def require_space(grid: Grid, rules: Iterable[Rule]) -> None:
    """Refuse a grid without millimetres, or without perpendicular axes, where a rule closes gaps.

    Raises
    ------
    GeometryError
        If it is such a grid.
    """
    if not any(rule.closing_mm for rule in rules):
        return
    grid.require_physical("closing by a radius")
    if grid.shear > _MOST_SHEAR:
        raise GeometryError(
            "gaps cannot be closed by a ball where axes are not perpendicular",
            found=f"a shear of {grid.shear:.3g}",
            advice="Resample the mask first (detilt in a recipe), or leave closing out.",
        )
