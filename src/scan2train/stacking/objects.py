"""Multi-frame objects of one series that hold the same slices: points of one dimension, each in a file of its own.

Scanners write an object for each time point of a series. Nothing joins the frames of two objects, so that what tells
these apart is looked for once their stacks are known.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.knowledge.tolerances import GEO005_SAME_PLACE_MM
from scan2train.stacking.explain_repeats import ATTRIBUTES, Attributes
from scan2train.stacking.group import MUST_AGREE, SERIES, same_plane
from scan2train.stacking.stacks import Places, Stack

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Where no attribute of :data:`~scan2train.stacking.explain_repeats.ATTRIBUTES` does.
_LAST = {"instance_number": "instance"}


def points_of_objects(
    found: list[Stack], table: pl.DataFrame, planes: FloatArray, places: Places, attributes: Attributes
) -> list[Stack]:
    """Name what tells stacks of several objects apart that have all slices' places in common, and put them in order.

    ``table`` holds the units, ``planes`` their ``(n, 8)`` geometry. An attribute does if it has one value throughout
    each of the stacks, and each of them another.
    """
    first = np.array([int(one.units[0]) for one in found])
    several = (table["framed"] & table["tiles_across"].is_null()).to_numpy()[first]
    if several.sum() < 2:
        return found
    names = (*SERIES, *(name for name in MUST_AGREE if name != "object"))
    about = table.select(names)[first].with_columns(
        at=pl.int_range(pl.len()),
        n=pl.Series([len(one.units) for one in found]),
        told=pl.Series(["+".join(f"{r[0]}={r[2]}" for r in one.reasons) for one in found]),
    )
    ordered = list(found)
    alike = about.filter(pl.Series(several)).group_by(*names, "n", "told", maintain_order=True).agg("at")
    for members in alike["at"].to_list():
        for part in same_plane(planes[first[members]]) if len(members) > 1 else []:
            slots = np.array(members)[part]
            stacks = [found[at] for at in slots]
            if len(stacks) > 1 and _same_places(stacks, places):
                for at, one in zip(slots, _told(stacks, table, attributes), strict=True):
                    ordered[at] = one
    return ordered


def _same_places(stacks: list[Stack], places: Places) -> bool:
    units = np.stack([one.units for one in stacks])
    position = places.position[units]
    return bool((np.abs(position - position[0]).max(initial=0.0) <= GEO005_SAME_PLACE_MM).all())


def _told(stacks: list[Stack], table: pl.DataFrame, attributes: Attributes) -> list[Stack]:
    units = np.stack([one.units for one in stacks])
    if len(np.unique(table["instance"].to_numpy()[units[:, 0]])) < len(stacks):
        return stacks
    for name, dimension in (ATTRIBUTES | _LAST).items():
        ranks = attributes.ranks(name)[units]
        value: IntArray = ranks[:, 0]
        if (ranks == value[:, None]).all() and len(np.unique(value)) == len(stacks):
            told = [
                replace(one, reasons=(*one.reasons, (name, dimension, int(rank))))
                for one, rank in zip(stacks, value, strict=True)
            ]
            return [told[at] for at in np.argsort(value)]
    return stacks
