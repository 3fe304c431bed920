"""The volumes of a run as ``--irregular`` wants them: regular parts in the place of what is no regular grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scan2train.reading.options import INTO_PARTS
from scan2train.reading.settled import settled
from scan2train.stacking.regularity import UNEVEN

if TYPE_CHECKING:
    import polars as pl


def in_parts(volumes: pl.DataFrame, irregular: str) -> tuple[pl.DataFrame, list[int]]:
    """Put the parts of irregular volumes in their place.

    Nothing is decoded; where slices lie at one place their stored bytes are compared.

    Returns
    -------
    The volumes table, and for each of its rows the row of ``volumes`` that it is a part of.
    """
    import polars as pl

    numbered = volumes.with_row_index("whole")
    word = pl.col("irregular").fill_null("")
    odd = word.is_in(UNEVEN) | (word.str.starts_with("mixed-") & (word != "mixed-rescale"))
    series = volumes.filter(odd)["series_uid"].unique()
    if irregular not in INTO_PARTS or not len(series):
        return volumes, list(range(volumes.height))
    concerned = odd | pl.col("series_uid").is_in(series.implode()).fill_null(value=False)
    parts = settled(numbered.filter(concerned).iter_rows(named=True), irregular)
    whole = pl.concat([numbered.filter(~concerned), pl.DataFrame(parts, schema=numbered.schema)])
    whole = whole.sort("whole", maintain_order=True)
    return whole.drop("whole"), whole["whole"].to_list()
