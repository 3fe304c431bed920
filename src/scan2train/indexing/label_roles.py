"""Masks among the volumes of an index: those that an image is found for."""

from __future__ import annotations

import polars as pl

from scan2train.pairing import pairs


def with_label_roles(volumes: pl.DataFrame) -> pl.DataFrame:
    """The volumes table, with the role ``labels`` wherever :func:`scan2train.pairing.pairs` has an image for a mask.

    What is only called like a mask keeps its role.
    """
    masks = pairs(volumes)["labels_row"].unique()
    is_mask = pl.int_range(pl.len()).is_in(masks.implode())
    return volumes.with_columns(role=pl.when(is_mask).then(pl.lit("labels")).otherwise("role"))
