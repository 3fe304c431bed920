"""Several slices at one place: which attribute tells the volumes apart that they belong to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

IntArray = npt.NDArray[np.int64]

#: Attribute, and the word for what its volumes are points of; the most specific first.
ATTRIBUTES = {
    "segment": "segment",
    "stack_id": "stack",
    "temporal_position": "time",
    "b_value": "b-value",
    "echo_number": "echo",
    "echo_time_ms": "echo",
    "inversion_time_ms": "inversion-time",
    "flip_angle_deg": "flip-angle",
    "cardiac_percentage": "phase",
    "trigger_time_ms": "phase",
    "energy_window": "energy-window",
    "rr_interval": "rr-interval",
    "time_slot": "phase",
    "frame_type": "image-type",
    "image_type": "image-type",
    "kvp": "energy",
    "thickness_mm": "thickness",
    "acquisition_number": "acquisition",
    "sequence_name": "sequence",
    "scan_options": "scan-options",
    "contrast": "contrast",
    "acquisition_time": "time",
    "content_time": "time",
    "series_time": "time",
    "concatenation_uid": "concatenation",
    "image_comments": "comment",
    "dimension_index_1": "frame",
    "dimension_index_2": "frame",
    "dimension_index_3": "frame",
    "dimension_index_4": "frame",
    "dimension_index_5": "frame",
}
#: What files are, and not what they show: believed where nothing else explains the repeats.
LAST = {"folder": "folder", "transfer_syntax": "transfer-syntax"}

#: The file of a mosaic, which is a whole volume by itself: what is left where nothing at all tells mosaics apart.
_SHEET = {"file": "instance"}

_DIMENSIONS = {**ATTRIBUTES, **LAST, **_SHEET}

#: Free text and times: they tell volumes apart, and may tell who a patient is. Only their order is ever shown.
UNTOLD = frozenset(
    (
        "image_comments",
        "contrast",
        "sequence_name",
        "folder",
        "file",
        "acquisition_time",
        "content_time",
        "series_time",
    )
)

#: Attributes that may tell parts of different extent apart: what differs in them is another acquisition or
#: reconstruction, whatever it covers.
MAY_COVER_LESS = (
    *("segment", "stack_id", "temporal_position", "b_value", "echo_number", "echo_time_ms", "frame_type"),
    *("image_type", "thickness_mm", "acquisition_number"),
)
#: Attributes each of whose values is a volume, be it of one slice: a mask is as long as what it masks.
_BY_ITSELF = ("segment",)
#: Attributes in which parts of an uneven stack without repeats may differ.
APART = ("stack_id", "frame_type", "image_type", "thickness_mm", "echo_number")

#: Text that ends in a number, such as that of a diffusion direction: 10 comes after 9.
_COUNTED = ("sequence_name", "image_comments")
_DIGITS = re.compile(r"(\d+)")

#: Attributes that count on: each place's slices in their order give the volumes.
_TIMES = {"acquisition_time": "time", "content_time": "time"}
_NUMBERS = {"instance_number": "instance"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Slices of one volume (positions in the group), and what tells them from the other parts."""

    members: IntArray
    reasons: tuple[tuple[str, str, int], ...] = ()  # attribute, dimension, rank of the value


class Attributes:
    """Attribute values of all units as dense ranks (-1 where there is none), computed when first asked for."""

    def __init__(self, units: pl.DataFrame) -> None:
        self._units = units
        self._ranks: dict[str, IntArray] = {}

    @cached_property
    def each_instance_once(self) -> bool:
        """Whether no unit shares its SOP Instance UID with another."""
        return self._units["sop_instance_uid"].n_unique() == self._units.height

    def ranks(self, name: str) -> IntArray:
        """``(units,)`` rank of each unit's value among all values of the table."""
        if name not in self._ranks:
            column = pl.col(name)
            if name == "folder":
                column = pl.col("path").str.replace(r"/?[^/]*$", "")
            elif name == "file":
                column = pl.when(pl.col("tiles_across").is_not_null()).then("path")
            elif name.startswith("dimension_index_"):
                at = int(name.rsplit("_", 1)[1]) - 1
                parts = pl.col("dimension_index").str.split("\\")
                column = parts.list.get(at, null_on_oob=True).cast(pl.Int64, strict=False)
            elif name in _COUNTED:
                order = sorted(self._units[name].drop_nulls().unique().to_list(), key=_natural)
                column = column.replace_strict(order, list(range(len(order))), return_dtype=pl.Int64)
            ranked = self._units.select(column.rank("dense").cast(pl.Int64).fill_null(-1))
            self._ranks[name] = ranked.to_series().to_numpy()
        return self._ranks[name]


def _natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts the numbers within text as numbers."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in _DIGITS.split(text)]


def explain(
    attributes: Attributes, units: IntArray, place: IntArray, regular: Callable[[IntArray], bool]
) -> list[Part] | None:
    """Tell the volumes apart that have slices at the same places.

    Parameters
    ----------
    attributes
        Values of all units.
    units, place
        Rows of the group's slices, and the place of each.
    regular
        Whether some of the group's slices (positions in ``units``) make a regular stack.

    Returns
    -------
    The parts in order of the attribute's values, or ``None`` where no attribute explains the repeats: every part
    must hold each place once, or be a regular stack by itself.
    """
    everything = np.arange(len(units))
    return (
        _by_full_cover(attributes, units, place, everything, ATTRIBUTES, depth=3)
        or _by_own_extent(attributes, units, place, regular, MAY_COVER_LESS)
        or _by_counting(attributes, units, place, _TIMES)
        or _by_full_cover(attributes, units, place, everything, LAST, depth=1)
        or _by_own_extent(attributes, units, place, regular, tuple(LAST))
        or _by_counting(attributes, units, place, _NUMBERS)
        or _by_full_cover(attributes, units, place, everything, _SHEET, depth=1)
    )


def apart(attributes: Attributes, units: IntArray, regular: Callable[[IntArray], bool]) -> list[Part] | None:
    """Split an uneven stack without repeats where one attribute gives regular stacks of two slices or more."""
    for name in APART:
        parts = list(_parts(attributes, units, np.arange(len(units)), name))
        if len(parts) > 1 and all(len(part.members) > 1 and regular(part.members) for part in parts):
            return parts
    return None


def _parts(attributes: Attributes, units: IntArray, members: IntArray, name: str) -> Iterator[Part]:
    ranks = attributes.ranks(name)[units[members]]
    for rank in np.unique(ranks):
        yield Part(members=members[ranks == rank], reasons=((name, _DIMENSIONS[name], int(rank)),))


def _by_full_cover(
    attributes: Attributes,
    units: IntArray,
    place: IntArray,
    members: IntArray,
    names: Mapping[str, str],
    depth: int,
) -> list[Part] | None:
    """Every value covers every place, once; or equally often, and further attributes tell those apart."""
    n_places = len(np.unique(place[members]))
    several: list[str] = []
    for name in names:
        _, code = np.unique(attributes.ranks(name)[units[members]], return_inverse=True)
        n_values = int(code.max()) + 1
        if n_values < 2 or n_values * n_places > len(members):
            continue
        counts = _counts(code, place[members], n_values)
        if (counts == 1).all():
            return list(_parts(attributes, units, members, name))
        if (counts.min(axis=1) == counts.max(axis=1)).all():
            several.append(name)
    if depth == 1:
        return None
    for name in several:
        found: list[Part] = []
        for part in _parts(attributes, units, members, name):
            if len(part.members) == n_places:
                found.append(part)
                continue
            finer = _by_full_cover(attributes, units, place, part.members, names, depth - 1)
            if finer is None:
                break
            found.extend(Part(members=one.members, reasons=part.reasons + one.reasons) for one in finer)
        else:
            return found
    return None


def _counts(code: IntArray, place: IntArray, n_values: int) -> IntArray:
    _, at = np.unique(place, return_inverse=True)
    n_places = int(at.max()) + 1
    return np.bincount(code * n_places + at, minlength=n_values * n_places).reshape(n_values, n_places)


def _by_own_extent(
    attributes: Attributes,
    units: IntArray,
    place: IntArray,
    regular: Callable[[IntArray], bool],
    names: tuple[str, ...],
) -> list[Part] | None:
    for name in names:
        parts = list(_parts(attributes, units, np.arange(len(units)), name))
        least = 1 if name in _BY_ITSELF else 2
        if len(parts) < 2 or len(parts) * least > len(units):
            continue
        if all(
            len(part.members) >= least and _once(place[part.members]) and regular(part.members)
            for part in parts
        ):
            return parts
    return None


def _once(place: IntArray) -> bool:
    return len(np.unique(place)) == len(place)


def _by_counting(
    attributes: Attributes, units: IntArray, place: IntArray, names: Mapping[str, str]
) -> list[Part] | None:
    """The first, second, … slice of every place, where all of one round come before all of the next."""
    n_places = len(np.unique(place))
    rounds, rest = divmod(len(units), n_places)
    if rest or rounds < 2 or n_places < 2 or (np.bincount(place) != rounds).any():
        return None
    for name, dimension in names.items():
        ranks = attributes.ranks(name)[units]
        by_place = np.lexsort((ranks, place)).reshape(n_places, rounds)
        table = ranks[by_place]
        if table.min() >= 0 and (table[:, :-1].max(axis=0) < table[:, 1:].min(axis=0)).all():
            return [Part(members=by_place[:, at], reasons=((name, dimension, at),)) for at in range(rounds)]
    return None
