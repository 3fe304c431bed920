"""What rules want to know of each volume's slices: all their expressions in one pass over the instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from scan2train.checking.failed import failed
from scan2train.finding import Finding
from scan2train.index import Index
from scan2train.rule import Rule

#: What a slice is beyond its file's row of the instances table.
_OF_SLICES = ("k", "frame", "along_mm")

#: For each rule that asks for facts, those of each row of the volumes table; ``None`` where there are none.
Facts = dict[str, list[dict[str, Any] | None]]


def facts_of(index: Index, rules: Sequence[Rule]) -> tuple[Facts, list[Finding]]:
    """Evaluate the FACTS of all rules; a rule whose expressions fail is reported and left out."""
    asking = [rule for rule in rules if "facts" in rule.needs]
    if not asking or not (index.volumes["format"] == "dicom").any():
        return {rule.code: [None] * index.volumes.height for rule in asking}, []
    try:
        return _evaluated(index, asking), []
    except Exception:  # noqa: BLE001 - whose expressions fail, and how, is found out one by one
        return _one_by_one(index, asking)


def _one_by_one(index: Index, asking: Sequence[Rule]) -> tuple[Facts, list[Finding]]:
    """Find out whose expressions fail."""
    facts: Facts = {}
    findings = []
    for rule in asking:
        try:
            facts |= _evaluated(index, [rule])
        except Exception as error:  # noqa: BLE001 - a rule's bug is a finding about the rule
            findings.append(failed(rule, error))
    return facts, findings


def _evaluated(index: Index, asking: Sequence[Rule]) -> Facts:
    wanted = [
        expression.alias(f"{rule.code} {name}") for rule in asking for name, expression in rule.facts.items()
    ]
    columns = {name for expression in wanted for name in expression.meta.root_names()}
    found = _slices(index, sorted(columns)).group_by("volume_row", maintain_order=True).agg(wanted)
    facts: Facts = {}
    for rule in asking:
        cells: list[dict[str, Any] | None] = [None] * index.volumes.height
        # With the place, so that a rule without expressions has an empty mapping for each volume, and not none at all.
        mine = found.select("volume_row", *(pl.col(f"{rule.code} {name}").alias(name) for name in rule.facts))
        for cell in mine.iter_rows(named=True):
            cells[cell.pop("volume_row")] = cell
        facts[rule.code] = cells
    return facts


def _slices(index: Index, columns: Sequence[str]) -> pl.DataFrame:
    """One row a slice of each DICOM volume, in order of k, with these columns of its file."""
    members = (
        index.volumes.lazy()
        .select(
            "format",
            "source",
            "member_path",
            pl.int_range(pl.len()).alias("volume_row"),
            pl.col("member_frame").alias("frame"),
            pl.col("member_position_mm").alias("along_mm"),
            pl.int_ranges(pl.col("member_path").list.len()).alias("k"),
        )
        .filter(pl.col("format") == "dicom")
        .select("volume_row", "source", pl.col("member_path").alias("path"), *_OF_SLICES)
        .explode("path", *_OF_SLICES)
        .collect()
    )
    taken = [name for name in columns if name not in (*_OF_SLICES, "source", "path")]
    # A table of one file a slice is mostly in the order of its volumes: row numbers are joined, not wide rows.
    numbered = index.instances.select("source", "path", pl.int_range(pl.len()).alias("row"))
    places = members.join(numbered, on=("source", "path"), how="left", maintain_order="left")
    return places.with_columns(index.instances.select(taken)[places["row"]]) if taken else places
