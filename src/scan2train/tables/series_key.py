"""What one series is, for tables of instances and of volumes alike."""

from __future__ import annotations

import polars as pl

_FILE_NAME = r"[^/]+$"


def series_keys(table: pl.DataFrame, path: pl.Expr) -> pl.Series:
    """The column ``series``: which rows of one source are of one series.

    That is the series' UID, or without one the study's. Where a header has neither, the files of one folder are
    taken for a series: two scans whose UIDs were removed are not one for that.

    Parameters
    ----------
    table
        Has the columns ``series_uid`` and ``study_uid``.
    path
        The path of a row's file, or of its first one.
    """
    keys = table.select(series=pl.coalesce("series_uid", "study_uid")).to_series()
    if not keys.null_count():
        return keys
    folders = table.select(path.str.replace(_FILE_NAME, "")).to_series()
    return keys.zip_with(keys.is_not_null(), folders)
