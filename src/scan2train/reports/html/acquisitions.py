"""How the volumes were acquired: one line for each way, and how often each value comes."""

from __future__ import annotations

from dataclasses import dataclass

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
    "kernel_class": "Kernel class",
    "orientation": "Orientation",
    "slice_mm": "Slice spacing, mm",
    "pixel_mm": "Pixel spacing, mm",
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
    """How often each value comes, the most frequent first; ``part`` is its share of the largest."""

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
    rounded = volumes.with_columns(
        slice_mm=pl.when(_SEVERAL).then(pl.col("spacing_k_mm").round(2)).cast(pl.String),
        pixel_mm=pl.when("physical").then(pl.col("spacing_i_mm").round(2)).cast(pl.String),
    )
    found = []
    for name, title in _VALUES.items():
        counts = (
            rounded[name]
            .drop_nulls()
            .value_counts(sort=True, name="n")
            .sort("n", name, descending=[True, False])
        )
        counts = counts.filter(pl.col(name) != "")
        if counts.height < 2:
            continue
        top = counts["n"][0]
        bars = tuple((str(value), int(n), n / top) for value, n in counts.head(_MOST).iter_rows())
        found.append(Distribution(title=title, bars=bars, more=max(0, counts.height - _MOST)))
    return found


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{low:.3g}" if f"{low:.3g}" == f"{high:.3g}" else f"{low:.3g} to {high:.3g}"
