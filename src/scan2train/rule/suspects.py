"""Parts of the expressions by which rules tell volumes that are worth a look from those that are clean at a glance."""

from __future__ import annotations

import polars as pl

from scan2train.knowledge.tolerances import GEO003_SILENT_MM

#: The reader of a format that is not DICOM noticed something.
NOTICED = pl.col("noticed").list.len().fill_null(0) > 0
#: The header walker did.
ODD = pl.col("oddities").list.len() > 0
#: The slope or the intercept is not one number on all slices.
SEVERAL_RESCALES = (pl.col("member_slope").list.n_unique() > 1) | (
    pl.col("member_intercept").list.n_unique() > 1
)


def uneven() -> pl.Expr:
    """The gaps between slices differ by more than rounding, or the stack is irregular."""
    gaps = pl.col("member_position_mm").list.diff().list.slice(1)
    apart = gaps.list.max() - gaps.list.min() > GEO003_SILENT_MM
    return (pl.col("irregular") != "") | apart.fill_null(value=False)


def role(*roles: str) -> pl.Expr:
    """The volume, or another one of its series, has one of these roles."""
    beside = [pl.col("siblings").list.contains(one) for one in roles]
    return pl.any_horizontal(pl.col("role").is_in(roles), *beside)
