"""Volumes of one series: what tells them apart, and what stray slices among them are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.formats.dicom.affine import unit_axes
from scan2train.stacking.group import MUST_AGREE, SERIES
from scan2train.stacking.roles import says_localizer
from scan2train.stacking.stacks import Stack

FloatArray = npt.NDArray[np.float64]

#: A localizer has few slices in each of its directions.
_FEW_IN_ONE_DIRECTION = 3
_FEW_BY_NAME = 15
#: Cosine between its normal and the stack's: a localizer is looked at across the slices that it is to plan.
_ACROSS = 0.7071
#: So many attributes are named of those that tell a volume from its siblings: the rest follows.
_MOST_NAMED = 3
#: A stack of this many slices shows that a single other slice is a stray.
_A_STACK = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """For each stack: its role, what tells it from its siblings, their roles, and what a stray slice differs in."""

    role: list[str]
    split_by: list[str]
    siblings: list[str]
    stray: list[str]


def told_apart(table: pl.DataFrame, planes: FloatArray, found: list[Stack]) -> Told:
    """Compare the stacks of each series with one another.

    ``table`` holds the units, ``planes`` their ``(n, 8)`` geometry. A stack of at most three slices across a regular
    one, at 45 degrees or more, is a localizer; so are all of a series that says so, has several directions and few
    slices in each. A single slice that differs in anything else from a stack of its series is a stray.
    """
    first = np.array([int(one.units[0]) for one in found])
    split_by = ["+".join(dict.fromkeys(reason[0] for reason in one.reasons)) for one in found]
    siblings, stray = [""] * len(found), [""] * len(found)
    role = table["role"][first].to_list()
    shared = table.select(SERIES)[first].is_duplicated().to_numpy()
    if not shared.any():
        return Told(role=role, split_by=split_by, siblings=siblings, stray=stray)
    crowded = _each(table, planes, found, first).filter(shared)
    differing = _differing(crowded)
    volumes = crowded.filter((pl.col("role") == "volume") & pl.col("sliced"))
    volumes = volumes.filter(pl.len().over("series_number") > 1)
    normals = unit_axes(planes[first, :3], planes[first, 3:6])[2]
    together = volumes.group_by("series_number", maintain_order=True).agg(
        "stack", "n", "orientation", "named"
    )
    for members in together.iter_rows(named=True):
        _judge(members, found, normals, role, stray)
    roles = _roles_by_series(
        crowded["series_number"].to_list(), [role[at] for at in crowded["stack"].to_list()]
    )
    for at, series, names in zip(crowded["stack"], crowded["series_number"], differing, strict=True):
        counts = roles[series]
        siblings[at] = "+".join(sorted(name for name, count in counts.items() if count > (name == role[at])))
        hard = [*(["role"] if len(counts) > 1 else []), *names][:_MOST_NAMED]
        split_by[at] = "+".join(dict.fromkeys([*hard, *filter(None, [split_by[at]])])) or "file"
        if stray[at] == "?":
            stray[at] = next((name for name in names if name != "orientation"), "attributes").replace(
                "_", "-"
            )
    return Told(role=role, split_by=split_by, siblings=siblings, stray=stray)


def _each(
    table: pl.DataFrame, planes: FloatArray, found: list[Stack], first: npt.NDArray[np.int64]
) -> pl.DataFrame:
    names = (*SERIES, *MUST_AGREE[:-1], "sliced", "description", "protocol")
    return table.select(names)[first].select(
        pl.struct(SERIES).rank("dense").alias("series_number"),
        *(name for name in MUST_AGREE if name != "object"),
        says_localizer().alias("named"),
        "sliced",
        stack=pl.int_range(pl.len()),
        n=pl.Series([len(one.units) for one in found]),
        orientation=pl.Series(_numbered(np.round(planes[first][:, :6], 2))),
        pixel_spacing=pl.Series(_numbered(np.round(planes[first][:, 6:], 4))),
    )


def _numbered(values: FloatArray) -> npt.NDArray[np.int64]:
    """A number for each distinct row; missing values are equal."""
    numbers: npt.NDArray[np.int64] = np.unique(np.nan_to_num(values, nan=-9.0), axis=0, return_inverse=True)[
        1
    ]
    return numbers.reshape(-1)


def _differing(crowded: pl.DataFrame) -> list[list[str]]:
    """For each stack, the attributes in which its siblings of the same role differ."""
    names = [*(name for name in MUST_AGREE if name not in ("object", "role")), "orientation", "pixel_spacing"]
    flags = crowded.select(
        (pl.col(name).n_unique().over("series_number", "role") > 1).alias(name) for name in names
    )
    return [[name for name, flag in zip(names, row, strict=True) if flag] for row in flags.iter_rows()]


def _judge(
    members: Mapping[str, Any], found: list[Stack], normals: FloatArray, role: list[str], stray: list[str]
) -> None:
    stacks, sizes, directions = members["stack"], members["n"], members["orientation"]
    if len(set(directions)) > 1 and any(members["named"]) and max(sizes) <= _FEW_BY_NAME:
        for at in stacks:
            role[at] = "localizer"
        return
    largest = int(np.argmax(sizes))
    if sizes[largest] < _A_STACK:
        return
    whole = found[stacks[largest]].irregular == ""
    for at, size, direction in zip(stacks, sizes, directions, strict=True):
        if found[at].reasons or found[at].irregular == "no-geometry":
            continue
        turned = direction != directions[largest]
        across = abs(float(normals[at] @ normals[stacks[largest]])) < _ACROSS
        if across and whole and size <= _FEW_IN_ONE_DIRECTION:
            role[at] = "localizer"
        elif size == 1:
            stray[at] = "orientation" if turned else "?"


def _roles_by_series(series: list[int], roles: list[str]) -> dict[int, Counter[str]]:
    counts: dict[int, Counter[str]] = {}
    for one, role in zip(series, roles, strict=True):
        counts.setdefault(one, Counter())[role] += 1
    return counts
