"""A label map that is being edited: one array on the image's grid, its legend, and all that was done to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.labelling.boxes import Box, box_of, seen_in
from scan2train.labelling.brush import brush_region
from scan2train.labelling.change import Change, paint
from scan2train.labelling.cut import Cut
from scan2train.labelling.edit import Edit
from scan2train.labelling.fill import fill_region
from scan2train.labelling.history import Deed, History
from scan2train.labelling.interpolate import interpolated
from scan2train.labelling.legend import Label, Legend, colour_of
from scan2train.labelling.region import Index, Region
from scan2train.labelling.statistics import Statistics
from scan2train.viewing.planes import planes_of
from scan2train.volume import Array, Labels, Volume


@dataclass(frozen=True, slots=True)
class Changed:
    """How many voxels an edit changed, and the box that they lie in, both ends within; ``None`` where none did."""

    voxels: int = 0
    low: Index | None = None
    high: Index | None = None

    @classmethod
    def of(cls, changes: tuple[Change, ...]) -> Changed:
        """What several changes did together; voxels that changed twice are counted twice."""
        if not changes:
            return cls()
        low = np.min([one.low for one in changes], axis=0).tolist()
        high = np.max([one.high for one in changes], axis=0).tolist()
        total = sum(one.voxels for one in changes)
        return cls(total, (low[0], low[1], low[2]), (high[0], high[1], high[2]))


class LabelMap:
    """Labels of an image, edited in place; one thread at a time.

    Parameters
    ----------
    image
        Whose grid they lie on, and whose values ``only_within`` and the statistics mean. Where its fourth axis is one
        of points, such as times, the statistics are those of the first.
    labels
        What to begin with, on the image's grid; ``None`` for an empty map with one label.
    colours
        Colours of labels, by value, where they are known.

    Raises
    ------
    WrongUse
        If there are labels below 0 or above 65535.
    """

    def __init__(
        self, image: Volume, labels: Labels | None = None, colours: dict[int, str] | None = None
    ) -> None:
        self.lock = RLock()
        self.image = image
        self.history = History()
        if labels is None:
            self.array: Array = np.zeros(image.grid.shape, np.uint8, order="F")
            self.legend = Legend().with_label(1, None, None)
        else:
            self.array, self.legend = _taken_from(labels, colours or {})
        self.statistics = Statistics(self.array, self._values(0), image.valid)

    def labels(self) -> Labels:
        """What stands now, as labels; a copy."""
        with self.lock:
            names = {one.value: one.name for one in self.legend.labels}
            array, meta = self.array.copy(order="F"), {"drawn_by_hand": True}
            return Labels(array=array, grid=self.image.grid, names=names, meta=meta)

    def cut(self, mode: str, plane: str, n: int) -> Cut:
        """A slice by name and number.

        Raises
        ------
        WrongUse
            If there is none such.
        """
        planes = planes_of(self.image.grid, mode, plane)
        if not 0 <= n < planes.count:
            raise WrongUse("there is no such slice", expected=f"0 to {planes.count - 1}", found=n)
        right, down, step, origin = (planes.affine[:3, at] for at in range(4))
        return Cut.of_plane(self.image.grid, origin + n * step, right, down, stored=mode == "voxel")

    def edit(self, edit: Edit) -> Changed:
        """Do what is asked for; see :class:`~scan2train.labelling.edit.Edit`.

        Raises
        ------
        WrongUse
            If it cannot be done; nothing has changed then.
        """
        with self.lock:
            legend = self._legend_after(edit)
            if legend.labels and legend.labels[-1].value > np.iinfo(self.array.dtype).max:
                self._widen()
            writes = self._writes(edit)
            made = (paint(self.array, region, value) for region, value in writes)
            changes = tuple(one for one in made if one is not None)
            if changes or legend != self.legend:
                self.history.add(Deed(changes, self.legend, legend, edit.stroke))
            self.legend = legend
            return self._noted(changes)

    def undo(self) -> Changed:
        """Take back what was done last; does nothing where nothing was."""
        with self.lock:
            deed = self.history.undo()
            return Changed() if deed is None else self._toggle(deed, deed.before)

    def redo(self) -> Changed:
        """Do again what was taken back last; does nothing where nothing was."""
        with self.lock:
            deed = self.history.redo()
            return Changed() if deed is None else self._toggle(deed, deed.after)

    def _toggle(self, deed: Deed, legend: Legend) -> Changed:
        for change in deed.changes:
            change.toggle(self.array)
        self.legend = legend
        return self._noted(deed.changes)

    def _noted(self, changes: tuple[Change, ...]) -> Changed:
        for change in changes:
            self.statistics.changed(change.low, change.high)
        return Changed.of(changes)

    def _widen(self) -> None:
        self.array = self.array.astype(np.uint16, order="F")
        self.statistics.labels = self.array

    def _values(self, t: int) -> Array | None:
        """The image's values at a point of its dimension; ``None`` where a voxel has several."""
        array = self.image.array
        if array.ndim == 3:
            return array
        return array[..., min(t, array.shape[3] - 1)] if "dimension_values" in self.image.meta else None

    def _legend_after(self, edit: Edit) -> Legend:
        legend = self.legend
        if edit.op == "add":
            return legend.with_label(edit.value, edit.name, edit.colour)
        if edit.op == "rename":
            return legend.renamed(_value_of(edit), edit.name, edit.colour)
        if edit.op == "describe":
            return legend.described(edit.labels)
        if edit.op == "remove":
            return legend.without(_value_of(edit))
        if edit.op == "unbox":
            _box_in(legend, edit.box)
            return replace(legend, boxes=tuple(one for one in legend.boxes if one.id != edit.box))
        return self._with_box(edit) if edit.op == "box" else legend

    def _with_box(self, edit: Edit) -> Legend:
        legend, cut = self.legend, self._cut_of(edit)
        first, last = box_of(cut, edit.path, self.image.grid.shape)
        if edit.box is None:
            number = max((one.id for one in legend.boxes), default=0) + 1
            new = Box(number, legend.of(_value_of(edit)).value, first, last)
            return replace(legend, boxes=(*legend.boxes, new))
        old = _box_in(legend, edit.box)
        return replace(
            legend, boxes=tuple(seen_in(cut, one, first, last) if one is old else one for one in legend.boxes)
        )

    def _cut_of(self, edit: Edit) -> Cut:
        assert edit.plane is not None
        assert edit.n is not None
        return self.cut(edit.mode, edit.plane, edit.n)

    def _writes(self, edit: Edit) -> list[tuple[Region, int]]:
        """Regions and the values that they are given."""
        if edit.op in ("add", "rename", "describe", "box", "unbox"):
            return []
        if edit.op in ("clear", "remove"):
            return self._cleared(edit)
        value = self.legend.of(_value_of(edit)).value
        cut, over, within, values = self._cut_of(edit), edit.over, edit.only_within, self._values(edit.t)
        regions: list[Region | None]
        if edit.op == "brush":
            regions = [brush_region(cut, edit.path, edit.radius_mm, three_d=edit.three_d)]
        elif edit.op == "polygon":
            from scan2train.labelling.polygon import polygon_region

            regions = [polygon_region(cut, edit.path)]
        elif edit.op == "fill":
            regions = [fill_region(cut, edit.path[:1], self.array, values, over, within)]
        elif edit.op == "interpolate":
            regions = [*interpolated(cut, self.array, value, everywhere=edit.three_d)]
        else:
            regions = [self._copied(cut, edit, value)]
        return [
            (one.allowed(self.array, values, over, within), 0 if edit.erase else value)
            for one in regions
            if one is not None
        ]

    def _copied(self, cut: Cut, edit: Edit, value: int) -> Region:
        assert edit.plane is not None
        assert edit.n is not None
        goal = self.cut(edit.mode, edit.plane, edit.n + 1 if edit.to is None else edit.to)
        return Region.of_slice(cut.of(self.array) == value, cut, goal.number)

    def _cleared(self, edit: Edit) -> list[tuple[Region, int]]:
        if edit.op == "clear" and edit.plane is not None and edit.n is not None:
            cut = self._cut_of(edit)
            found = cut.of(self.array)
            return [(Region.of_slice(found != 0 if edit.value is None else found == edit.value, cut), 0)]
        parts = self.statistics.by_value()
        boxes = [part for value, part in parts.items() if edit.value in (None, value)]
        writes = []
        for part in boxes:
            box = tuple(slice(a, b + 1) for a, b in zip(part.first, part.last, strict=True))
            found = self.array[box]
            writes.append((Region(part.first, found != 0 if edit.value is None else found == edit.value), 0))
        return writes


def _value_of(edit: Edit) -> int:
    if edit.value is None:
        raise WrongUse(f"{edit.op} needs a label", expected="value")
    return edit.value


def _box_in(legend: Legend, number: int | None) -> Box:
    for box in legend.boxes:
        if box.id == number:
            return box
    raise WrongUse(
        f"there is no box {number}",
        expected=", ".join(str(one.id) for one in legend.boxes[:10]) or "none yet",
    )


def _taken_from(labels: Labels, colours: dict[int, str]) -> tuple[Any, Legend]:
    from scan2train.measures.label_values import counts

    values = sorted({*counts(labels), *labels.names} - {0})
    if values and not (values[0] > 0 and values[-1] <= np.iinfo(np.uint16).max):
        raise WrongUse(
            "these labels cannot be edited",
            expected="whole numbers from 0 to 65535",
            found=f"{values[0]} to {values[-1]}",
            advice="Number them anew.",
        )
    small = not values or values[-1] <= np.iinfo(np.uint8).max
    legend = Legend(
        tuple(
            Label(one, _tidy(labels.names.get(one, "")) or f"label {one}", colours.get(one) or colour_of(one))
            for one in values
        )
    )
    array = labels.array.astype(np.uint8 if small else np.uint16, order="F", copy=True)
    return array, legend if values else Legend().with_label(1, None, None)


def _tidy(name: str) -> str:
    return "".join(one if one.isprintable() else " " for one in name).strip()[:64]
