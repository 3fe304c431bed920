"""When each volume was acquired, by the headers of its slices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from scan2train.index import Index
from scan2train.stacking.acquired import second_of_day

_DAY_S: Final = 86400.0
_TIMES: Final = ("acquisition_time", "content_time", "series_time")
#: What of its first slice's header is looked at beside its row.
OF_FIRST: Final = ("trigger_time_ms", "heart_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds since midnight of a volume's first and last slice; and :data:`OF_FIRST` of its first file."""

    first_s: float | None
    last_s: float | None
    trigger_time_ms: float | None
    heart_rate: float | None


def times_of(index: Index) -> dict[tuple[str, str], Times]:
    """``(source, volume id)`` to times: Acquisition Time, else Content Time, else Series Time.

    Where a file holds several volumes, as enhanced objects do, what the volumes table tells since the first is added.
    """
    files = index.instances.with_columns(at=pl.coalesce(second_of_day(name) for name in _TIMES)).select(
        "source", pl.col("path").alias("member_path"), "at", *OF_FIRST
    )
    members = (
        index.volumes.select("source", "volume", "member_path", "member_frames", "after_s")
        .explode("member_path", "member_frames")
        .join(files, on=["source", "member_path"], how="left", maintain_order="left")
    )
    several = pl.col("member_frames").first() > 1
    after = pl.when(several).then(pl.col("after_s").first().fill_null(0.0)).otherwise(0.0)
    found = members.group_by("source", "volume", maintain_order=True).agg(
        first_s=pl.col("at").min() + after,
        last_s=pl.col("at").max() + after,
        **{name: pl.col(name).first() for name in OF_FIRST},
    )
    return {(row.pop("source"), row.pop("volume")): Times(**row) for row in found.iter_rows(named=True)}


def in_order(times: list[float | None]) -> list[int | None]:
    """The place of each in time, from 1; midnight may lie between them."""
    known = [one for one in times if one is not None]
    over_midnight = bool(known) and max(known) - min(known) > _DAY_S / 2
    later = [
        None if one is None else one + _DAY_S if over_midnight and one < _DAY_S / 2 else one for one in times
    ]
    ranks = {at: n for n, at in enumerate(sorted({one for one in later if one is not None}), start=1)}
    return [None if one is None else ranks[one] for one in later]
