"""How the volumes were acquired: one line for each way, and how often each value comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

#: A column of the volumes table, and its heading.
_WAYS = {
    "modality": "Modality",
    "manufacturer": "Manufacturer",
    "model": "Model",
    "kernel": "Kernel",
    "contrast": "Contrast",
}
_VALUES = {
    "role": "Role",
    "modality": "Modality",
    "manufacturer": "Manufacturer",
    "kernel": "Kernel",
    "kernel_class": "Kernel class",
    "contrast": "Contrast agent",
    "phase": "Phase of contrast",
    "gating": "Gating",
    "orientation": "Orientation",
}
_NUMBERS = {"slice_mm": "Slice spacing, mm", "pixel_mm": "Pixel spacing, mm", "thickness_mm": "Thickness, mm"}
#: The same of the cases table.
_VALUES_OF_CASES = {
    "state": "State",
    "split": "Split",
    "modality": "Modality",
    "manufacturer": "Manufacturer",
    "kernel_class": "Kernel class",
    "phase": "Phase of contrast",
    "source_orientation": "Orientation before",
    "orientation": "Orientation after",
}
_NUMBERS_OF_CASES = {
    "source_spacing_k_mm": "Spacing along k before, mm",
    "source_spacing_i_mm": "Spacing along i before, mm",
    "spacing_k_mm": "Spacing along k after, mm",
    "spacing_i_mm": "Spacing along i after, mm",
}
_MOST = 8
#: Where slices have a distance.
_SEVERAL = pl.col("physical") & (pl.col("size_k") > 1)
_STEP = pl.col("spacing_k_mm").filter(_SEVERAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """One way of scanning: its values in the order of the headings, and how many volumes were made so."""

    values: tuple[str, ...]
    volumes: int
    spacing: str
    thickness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How often each value comes, the most frequent or the least first; ``part`` is its share of the largest."""

    title: str
    bars: tuple[tuple[str, int, float], ...]
    more: int


def headings() -> tuple[str, ...]:
    """Those of :attr:`Acquisition.values`."""
    return tuple(_WAYS.values())


def acquisitions(volumes: pl.DataFrame) -> list[Acquisition]:
    """The ways of scanning, the most frequent first."""
    scans = volumes.filter(pl.col("role").is_in(["volume", "picture", "derived"]))
    ways = (
        scans.group_by(
            # A file that is not DICOM tells no modality: its format stands there.
            [pl.coalesce(name, "format" if name == "modality" else pl.lit("")).alias(name) for name in _WAYS],
            maintain_order=True,
        )
        .agg(
            pl.len().alias("volumes"),
            _STEP.min().alias("low"),
            _STEP.max().alias("high"),
            pl.col("thickness_mm").min().alias("thin"),
            pl.col("thickness_mm").max().alias("thick"),
        )
        .sort("volumes", *_WAYS, descending=[True, *[False] * len(_WAYS)])
    )
    return [
        Acquisition(
            values=tuple(str(row[name]) for name in _WAYS),
            volumes=row["volumes"],
            spacing=_range(row["low"], row["high"]),
            thickness=_range(row["thin"], row["thick"]),
        )
        for row in ways.iter_rows(named=True)
    ]


def distributions(volumes: pl.DataFrame) -> list[Distribution]:
    """How often each value of a few columns comes; columns with a single value or none are left out."""
    spaced = volumes.with_columns(
        slice_mm=pl.when(_SEVERAL).then("spacing_k_mm"), pixel_mm=pl.when("physical").then("spacing_i_mm")
    )
    return [*_of_values(spaced, _VALUES), *_of_numbers(spaced, _NUMBERS)]


def distributions_of_cases(cases: pl.DataFrame) -> list[Distribution]:
    """The same of a prepared set."""
    return [*_of_values(cases, _VALUES_OF_CASES), *_of_numbers(cases, _NUMBERS_OF_CASES)]


def _of_values(table: pl.DataFrame, titles: Mapping[str, str]) -> Iterator[Distribution]:
    for name, title in titles.items():
        counts = (
            table[name]
            .drop_nulls()
            .value_counts(sort=True, name="n")
            .sort("n", name, descending=[True, False])
        )
        counts = counts.filter(pl.col(name) != "")
        if counts.height < 2:
            continue
        top = counts["n"][0]
        bars = tuple((str(value), int(n), n / top) for value, n in counts.head(_MOST).iter_rows())
        yield Distribution(title=title, bars=bars, more=max(0, counts.height - _MOST))


def _of_numbers(table: pl.DataFrame, titles: Mapping[str, str]) -> Iterator[Distribution]:
    """Each number, in growing order; where there are too many, even steps from the least to the greatest."""
    for name, title in titles.items():
        values = table[name].drop_nulls().to_numpy()
        values = np.round(values[np.isfinite(values)], 2)
        different, counts = np.unique(values, return_counts=True)
        if different.size < 2:
            continue
        names = [f"{value:g}" for value in different]
        if different.size > _MOST:
            counts, edges = np.histogram(values, bins=_MOST)
            names = [f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges)]
        top = counts.max()
        bars = tuple((words, int(n), float(n / top)) for words, n in zip(names, counts, strict=True))
        yield Distribution(title=title, bars=bars, more=0)


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{low:.3g}" if f"{low:.3g}" == f"{high:.3g}" else f"{low:.3g} to {high:.3g}"
