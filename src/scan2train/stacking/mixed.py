"""In what the slices of a volume, and the volumes of a series, differ though one scan has it in common."""

from __future__ import annotations

import polars as pl

from scan2train.knowledge.tolerances import SER002_SAME_PART
from scan2train.tables.series_key import series_keys

#: Numbers that no scan changes on its way. Repetition time (gating) and flip angle (ramps) may change, and are none.
IN_COMMON = ("thickness_mm", "kvp", "echo_time_ms")
#: And those in which the volumes of a series may differ only if they are several scans or reconstructions.
_OF_SERIES = ("thickness_mm", "spacing_k_mm")

_SERIES = ("source", "series", "role")


def extremes() -> dict[str, pl.Expr]:
    """The smallest and the largest of each of them over the slices of a volume, for :func:`with_mixed`."""
    return {f"{end}_{name}": getattr(pl.col(name), end)() for name in IN_COMMON for end in ("min", "max")}


def with_mixed(volumes: pl.DataFrame, of_slices: pl.DataFrame) -> pl.DataFrame:
    """Fill the column ``mixed`` of the volumes table; ``of_slices`` has the columns of :func:`extremes`."""
    rows = volumes.hstack(of_slices.select(extremes().keys()))
    rows = rows.hstack([series_keys(rows, pl.col("member_path").list.first())])
    stacked = (pl.col("n_slices") > 1) & pl.col("physical") & (pl.col("irregular") == "")
    spacing = pl.when(stacked).then("spacing_k_mm")
    low = {name: pl.col(f"min_{name}") for name in IN_COMMON} | {"spacing_k_mm": spacing}
    high = {name: pl.col(f"max_{name}") for name in IN_COMMON} | {"spacing_k_mm": spacing}
    apart = {name: _apart(low[name], high[name]) for name in IN_COMMON}
    if not rows.select(*_SERIES).is_unique().all():
        among = {
            name: _apart(low[name].min().over(_SERIES), high[name].max().over(_SERIES)) for name in _OF_SERIES
        }
        apart |= {name: apart.get(name, pl.lit(value=False)) | among[name] for name in _OF_SERIES}
    names = [pl.when((pl.col("role") == "volume") & apart[name]).then(pl.lit(name)) for name in apart]
    return volumes.with_columns(rows.select(mixed=pl.concat_list(names).list.drop_nulls()))


def _apart(low: pl.Expr, high: pl.Expr) -> pl.Expr:
    return (high - low > SER002_SAME_PART * high).fill_null(value=False)
