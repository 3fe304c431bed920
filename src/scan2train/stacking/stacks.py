"""From a group of agreeing frames to its stacks: sorted, told apart, and judged."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scan2train.knowledge.tolerances import GEO005_SAME_PLACE_MM
from scan2train.stacking.explain_repeats import Attributes, Part, apart, explain
from scan2train.stacking.regularity import irregularity, ordered
from scan2train.stacking.rival import rival_of

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_NO_UNITS: IntArray = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """One volume to be.

    ``units`` are its slices in order of k, ``spares`` further slices at the places of some of them (the same SOP
    Instance UID; or another one, where only the pixels can tell whether they are copies), ``spare_of`` the slice that
    each lies on. ``step_mm`` leads from slice to slice (LPS+), ``along_mm`` is each slice's place.
    ``reasons`` are attribute, dimension and rank of the value that told it from its siblings,
    ``rival`` is an attribute that would tell them apart otherwise.
    """

    units: IntArray
    irregular: str = ""
    reasons: tuple[tuple[str, str, int], ...] = ()
    step_mm: FloatArray | None = None
    along_mm: FloatArray | None = None
    rival: str = ""
    spares: IntArray = field(default_factory=lambda: _NO_UNITS)
    spare_of: IntArray = field(default_factory=lambda: _NO_UNITS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Where all units are: ``(n, 3)`` positions (LPS+ mm), unit normals, and whether a unit's geometry is usable."""

    position: FloatArray
    normal: FloatArray
    usable: npt.NDArray[np.bool_]


def stacks(group: IntArray, places: Places, attributes: Attributes) -> list[Stack]:
    """Turn a group of two units or more, all in parallel planes, into its stacks.

    Slices are sorted by their projection on the normal, so that k grows along row × column. Where several are at
    one place, whatever attribute explains them tells the volumes apart.
    """
    usable = places.usable[group]
    if not usable.all():
        known, unknown = group[usable], group[~usable]
        lost = Stack(units=unknown, irregular="no-geometry")
        return [lost] if not len(known) else [*_split(known, places, attributes), lost]
    return _split(group, places, attributes)


def _split(group: IntArray, places: Places, attributes: Attributes) -> list[Stack]:
    normal = places.normal[group].mean(axis=0)
    normal /= math.sqrt(normal @ normal)
    order = ordered(places.position.take(group, axis=0), normal)
    rows, place = group[order.order], order.place
    rows, place, spares, spare_of = _without_copies(rows, place, attributes)
    position = places.position.take(rows, axis=0)

    def regular(members: IntArray) -> bool:
        return irregularity(position[np.sort(members)], normal) == ""

    def built(part: Part, irregular: str, rival: str = "") -> Stack:
        members = np.sort(part.members)
        lying = position[members]
        mine = np.isin(spare_of, rows[members]) if len(spares) else np.zeros(0, dtype=np.bool_)
        return Stack(
            units=rows[members],
            irregular=irregular,
            reasons=part.reasons,
            rival=rival,
            step_mm=_step(lying, normal),
            along_mm=lying @ normal,
            spares=spares[mine],
            spare_of=_find(rows[members], spare_of[mine]),
        )

    everything = Part(members=np.arange(len(rows)))
    if len(rows) == order.places:
        verdict = irregularity(position, normal)
        parts = apart(attributes, rows, regular) if verdict else None
        if parts is None:
            return [built(everything, verdict)]
        rival = ""
    else:
        parts = explain(attributes, rows, place, regular)
        if parts is None:
            first = _first_of_each_place(place, position)
            if first is None or not regular(first):
                return [built(everything, "duplicate-positions")]
            twins = np.setdiff1d(everything.members, first)
            kept = dict(zip(rows[twins].tolist(), rows[first[place[twins]]].tolist(), strict=True))
            spares = np.concatenate([spares, rows[twins]])
            copied = [*spare_of.tolist(), *rows[twins].tolist()]
            spare_of = np.array([kept.get(one, one) for one in copied], dtype=np.int64)
            return [built(Part(members=first), "duplicate-positions")]
        rival = rival_of(attributes, rows, place, parts)
    return [built(part, irregularity(position[np.sort(part.members)], normal), rival) for part in parts]


def _without_copies(
    rows: IntArray, place: IntArray, attributes: Attributes
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Set further files of one instance (same UID and frame, same place) apart."""
    if attributes.each_instance_once:
        return rows, place, _NO_UNITS, _NO_UNITS
    uid, frame = attributes.ranks("sop_instance_uid")[rows], attributes.ranks("frame")[rows]
    if uid.min() >= 0 and len(set(uid.tolist())) == len(rows):
        return rows, place, _NO_UNITS, _NO_UNITS
    keys = np.stack([np.where(uid < 0, -1 - np.arange(len(rows)), uid), frame, place])
    _, first, inverse = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    if len(first) == len(rows):
        return rows, place, _NO_UNITS, _NO_UNITS
    kept = np.sort(first)
    spare = np.setdiff1d(np.arange(len(rows)), kept)
    return rows[kept], place[kept], rows[spare], rows[first[inverse.ravel()[spare]]]


def _first_of_each_place(place: IntArray, position: FloatArray) -> IntArray | None:
    """One slice of each place; ``None`` where others of a place lie beside it within their plane."""
    first = np.unique(place, return_index=True)[1].astype(np.int64)
    beside = np.linalg.norm(position - position[first][place], axis=1).max()
    return first if beside <= GEO005_SAME_PLACE_MM else None


def _find(rows: IntArray, wanted: IntArray) -> IntArray:
    if not len(wanted):
        return _NO_UNITS
    at = {int(row): n for n, row in enumerate(rows)}
    return np.array([at[int(row)] for row in wanted], dtype=np.int64)


def _step(position: FloatArray, normal: FloatArray) -> FloatArray | None:
    """From the first to the last slice by even steps; ``None`` where there is no second place."""
    if len(position) < 2:
        return None
    step = (position[-1] - position[0]) / (len(position) - 1)
    return step if step @ normal > 0 else None
