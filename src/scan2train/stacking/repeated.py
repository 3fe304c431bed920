"""Instances that are there again at another place or in another volume, and whether their headers say the same."""

from __future__ import annotations

import polars as pl

_OF_ONE = ("source", "sop_instance_uid", "frame")
#: What two files of one image cannot differ in; bits and compression may be others.
_SAID = (
    *(f"{stem}_{axis}" for stem in ("position", "row", "col") for axis in "xyz"),
    *("row_spacing_mm", "col_spacing_mm", "rows", "columns", "samples", "photometric"),
    *("pixel_representation", "slope", "intercept"),
)


def repeated(flat: pl.DataFrame, table: pl.DataFrame, of_units: pl.Series) -> list[pl.Series]:
    """Which slices share source, instance and frame with another; copies that lie at the same place are none.

    Parameters
    ----------
    flat
        The units of all volumes.
    table
        What their headers say; ``of_units`` are its rows for those of ``flat``.

    Returns
    -------
    list of polars.Series
        ``repeated``, and ``contradicted``: those among them whose headers differ in what an image shows or where.
    """
    uids = flat["sop_instance_uid"]
    if uids.n_unique() == len(uids):
        nothing = pl.Series("repeated", [False]).new_from_index(0, len(uids))
        return [nothing, nothing.alias("contradicted")]
    again = flat.select(
        repeated=pl.struct(_OF_ONE).is_duplicated() & pl.col("sop_instance_uid").is_not_null()
    ).to_series()
    told = table[of_units].select(*_OF_ONE, repeated=again, said=pl.struct(_SAID).hash())
    differs = (pl.col("said").min() != pl.col("said").max()).over(_OF_ONE)
    return [again, told.select(contradicted=pl.col("repeated") & differs).to_series()]
