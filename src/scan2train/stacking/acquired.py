"""How a volume was acquired and reconstructed, as far as several attributes have to be read together to tell."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from scan2train.knowledge.contrast_words import agent_given, phase_at, phases_of_words
from scan2train.knowledge.gating_words import gating_of, percent_of_words
from scan2train.knowledge.iterative_words import iterative_of

#: Columns of the first slice from which gating is told.
GATING: Final = (
    *("cardiac_percentage", "trigger_time_ms", "heart_rate", "cardiac_framing", "cardiac_technique"),
    *("scan_options", "image_comments"),
)
_DAY_S: Final = 86400.0
#: Modalities that may be gated, and whose descriptions are read.
_READ: Final = ("CT", "MR")
_ADDED: Final = {
    "iterative": pl.String,
    "phase": pl.String,
    "gating": pl.String,
    "cardiac_percent": pl.Float64,
}


def acquired(rows: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """Add ``iterative``, ``contrast_delay_s``, ``phase`` and ``gating``, and complete ``cardiac_percent``.

    ``rows`` are volumes with ``began`` (a time of day) and the columns of their headers; ``first`` has
    ``contrast_time`` and :data:`GATING` of the first slice of each.
    """
    rows = rows.hstack(first.select("contrast_time", *(pl.col(name).alias(f"of_{name}") for name in GATING)))
    delay = second_of_day("began") - second_of_day("contrast_time")
    # Midnight lies between the two where they are more than half a day apart.
    delay = delay + pl.when(delay < -_DAY_S / 2).then(_DAY_S).when(delay > _DAY_S / 2).then(
        -_DAY_S
    ).otherwise(0.0)
    rows = rows.with_columns(contrast_delay_s=delay.round(6))
    told: dict[str, list[Any]] = {name: [None] * rows.height for name in _ADDED}
    told["cardiac_percent"] = rows["cardiac_percent"].to_list()
    at = rows.select(pl.col("modality").is_in(_READ).fill_null(value=False).arg_true()).to_series()
    for place, row in zip(at.to_list(), rows.select(_LOOKED_AT)[at].iter_rows(named=True), strict=True):
        described = (row["description"] or "", row["protocol"] or "")
        told["gating"][place] = gating_of(row)
        if row["modality"] == "CT":
            told["iterative"][place] = (
                iterative_of(row["manufacturer"] or "", row["kernel"] or "", *described) or None
            )
            told["phase"][place] = _phase(row) or None
            if told["cardiac_percent"][place] is None:
                told["cardiac_percent"][place] = percent_of_words(*described, row["of_image_comments"] or "")
    columns = [pl.Series(name, told[name], dtype=kind) for name, kind in _ADDED.items()]
    return rows.with_columns(columns)


def second_of_day(column: str) -> pl.Expr:
    """Seconds since midnight of a time of day (PS3.5 6.2); null where it is none."""
    parts = pl.col(column).str.extract_groups(r"^(\d\d)(\d\d)(\d\d(?:\.\d+)?)").struct
    hours, minutes, seconds = (parts.field(str(n)).cast(pl.Float64, strict=False) for n in (1, 2, 3))
    return hours * 3600 + minutes * 60 + seconds


_LOOKED_AT: Final = (
    *("modality", "manufacturer", "kernel", "description", "protocol"),
    *("contrast", "contrast_route", "contrast_delay_s", *(f"of_{name}" for name in GATING)),
)


def _phase(row: dict[str, Any]) -> str:
    """What the series' own words say, else its times, else the protocol; a protocol often covers several series."""
    said = [name for name in phases_of_words(row["description"] or "") if name != "given"]
    if len(said) == 1:
        return said[0]
    given = agent_given(row["contrast"] or "", row["contrast_route"] or "")
    delay = row["contrast_delay_s"]
    timed = phase_at(delay) if delay is not None and given is not False else ""
    if timed and (not said or timed in said):
        return timed
    planned = [name for name in phases_of_words(row["protocol"] or "") if name != "given"]
    if not said and len(planned) == 1 and (given is None or given != (planned[0] == "non-contrast")):
        return planned[0]
    return "non-contrast" if given is False and not said else ""
