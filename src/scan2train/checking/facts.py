"""What rules want to know of each volume's slices: all their expressions in one pass over the instances."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from scan2train.checking.failed import failed
from scan2train.finding import Finding
from scan2train.index import Index
from scan2train.rule import Rule

#: What a slice is beyond its file's row of the instances table.
_OF_SLICES = ("k", "frame", "along_mm")

#: What a frame's functional groups may say in place of its file's header.
_OF_FRAMES = ("window_center", "window_width", "window_function")

#: The column that says which row of the volumes table facts are about.
VOLUME_ROW = "volume_row"
#: For each rule that asks for facts, a row for each volume that has some.
Facts = dict[str, pl.DataFrame]


def facts_of(index: Index, rules: Sequence[Rule]) -> tuple[Facts, list[Finding]]:
    """Evaluate the FACTS of all rules; a rule whose expressions fail is reported and left out."""
    asking = [rule for rule in rules if "facts" in rule.needs]
    if not asking or not (index.volumes["format"] == "dicom").any():
        nothing = pl.DataFrame(schema={VOLUME_ROW: pl.Int64})
        return {rule.code: nothing for rule in asking if rule.looks_at({"row"})}, []
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
    found = _slices(index, sorted(columns)).group_by(VOLUME_ROW, maintain_order=True).agg(wanted)
    # With the place, so that a rule without expressions has a row for each volume all the same.
    return {
        rule.code: found.select(
            VOLUME_ROW, *(pl.col(f"{rule.code} {name}").alias(name) for name in rule.facts)
        )
        for rule in asking
    }


def _slices(index: Index, columns: Sequence[str]) -> pl.DataFrame:
    """One row a slice of each DICOM volume, in order of k, with these columns of its file."""
    members = (
        index.volumes.lazy()
        .select(
            "format",
            "source",
            "member_path",
            pl.int_range(pl.len()).alias(VOLUME_ROW),
            pl.col("member_frame").alias("frame"),
            pl.col("member_position_mm").alias("along_mm"),
            pl.int_ranges(pl.col("member_path").list.len()).alias("k"),
        )
        .filter(pl.col("format") == "dicom")
        .select(VOLUME_ROW, "source", pl.col("member_path").alias("path"), *_OF_SLICES)
        .explode("path", *_OF_SLICES)
        .collect()
    )
    taken = [name for name in columns if name not in (*_OF_SLICES, "source", "path")]
    # A table of one file a slice is mostly in the order of its volumes: row numbers are joined, not wide rows.
    numbered = index.instances.select("source", "path", pl.int_range(pl.len()).alias("row"))
    places = members.join(numbered, on=("source", "path"), how="left", maintain_order="left")
    found = places.with_columns(index.instances.select(taken)[places["row"]]) if taken else places
    own = [name for name in taken if name in _OF_FRAMES]
    return _with_frames(found, index.frames.select("instance", "frame", *own), own) if own else found


def _with_frames(slices: pl.DataFrame, frames: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The same slices; where a frame has a group of its own that says it, that is what it says."""
    own = frames.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in names))
    if own.is_empty():
        return slices
    own = own.rename({"instance": "row", **{name: f"{name}_of_frame" for name in names}})
    joined = slices.with_columns(pl.col("row").cast(pl.Int64), pl.col("frame").cast(pl.Int64)).join(
        own.with_columns(pl.col("row").cast(pl.Int64), pl.col("frame").cast(pl.Int64)),
        on=("row", "frame"),
        how="left",
        maintain_order="left",
    )
    return joined.with_columns(pl.coalesce(f"{name}_of_frame", name).alias(name) for name in names)
