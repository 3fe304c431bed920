"""Further files of instances that are there already, beside the slices that they copy."""

from __future__ import annotations

import polars as pl

from scan2train.stacking.stacks import Stack
from scan2train.tables import VOLUMES

_COLUMNS = {
    "sop_instance_uid": "spare_uid",
    "path": "spare_path",
    "size": "spare_size",
    "frame": "spare_frame",
    "declared_frames": "spare_frames",
    "pixel_offset": "spare_offset",
    "pixel_length": "spare_length",
    "slope": "spare_slope",
    "intercept": "spare_intercept",
    "padding_value": "spare_padding_value",
    "padding_limit": "spare_padding_limit",
    "transfer_syntax": "spare_transfer_syntax",
    "pixel_kind": "spare_pixel_kind",
}


def with_spares(rows: pl.DataFrame, table: pl.DataFrame, found: list[Stack]) -> pl.DataFrame:
    """Add the ``spare_…`` columns to the rows of ``found``, whose units are rows of ``table``; none without spares."""
    if not any(len(one.spares) for one in found):
        return rows
    lists: dict[str, list[object]] = {name: [] for name in ("row", "spare_of", *_COLUMNS.values())}
    for at, one in enumerate(found):
        if len(one.spares):
            lists["row"].append(at)
            lists["spare_of"].append(one.spare_of.tolist())
            for name, column in _COLUMNS.items():
                lists[column].append(table[name][one.spares].to_list())
    schema = VOLUMES.schema
    kinds = {name: schema[name] for name in lists if name != "row"}
    spares = pl.DataFrame(lists, schema={"row": pl.Int64(), **kinds})
    numbered = rows.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64))
    return numbered.join(spares, on="row", how="left", maintain_order="left").drop("row")
