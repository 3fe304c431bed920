"""Which of the spacings of a projection radiograph is meant (PS3.3 10.7.1)."""

from __future__ import annotations

import polars as pl

from scan2train.knowledge.sop_classes import FILMS


def with_spacing(units: pl.DataFrame) -> pl.DataFrame:
    """Fill ``row_spacing_mm`` and ``col_spacing_mm`` of films from the best source, named in ``spacing_source``.

    Pixel Spacing where there is one: equal to Imager Pixel Spacing it is that of the detector's plane, different
    from it it is calibrated. Else Imager Pixel Spacing, divided by Estimated Radiographic Magnification Factor
    where that is known, so that it is about that of the anatomy. Else Nominal Scanned Pixel Spacing.
    """
    own = _both("row_spacing_mm", "col_spacing_mm")
    film = pl.col("modality").is_in(FILMS).fill_null(value=False) & ~pl.col("framed")
    if not units.select(film.any()).item():
        return units.with_columns(
            spacing_source=pl.when(own).then(pl.lit("PixelSpacing")).otherwise(pl.lit(""))
        )
    imager = film & ~own & _both("imager_row_spacing_mm", "imager_col_spacing_mm")
    nominal = film & ~own & ~imager & _both("nominal_row_spacing_mm", "nominal_col_spacing_mm")
    magnified = imager & (pl.col("magnification") > 0).fill_null(value=False)
    factor = pl.when(magnified).then(pl.col("magnification")).otherwise(1.0)
    source = (
        pl.when(own)
        .then(pl.lit("PixelSpacing"))
        .when(magnified)
        .then(pl.lit("ImagerPixelSpacing/EstimatedRadiographicMagnificationFactor"))
        .when(imager)
        .then(pl.lit("ImagerPixelSpacing"))
        .when(nominal)
        .then(pl.lit("NominalScannedPixelSpacing"))
        .otherwise(pl.lit(""))
    )
    filled = {
        f"{axis}_spacing_mm": pl.when(imager)
        .then(pl.col(f"imager_{axis}_spacing_mm") / factor)
        .when(nominal)
        .then(pl.col(f"nominal_{axis}_spacing_mm"))
        .otherwise(pl.col(f"{axis}_spacing_mm"))
        for axis in ("row", "col")
    }
    return units.with_columns(**filled, spacing_source=source)


def _both(rows: str, columns: str) -> pl.Expr:
    return ((pl.col(rows) > 0) & (pl.col(columns) > 0)).fill_null(value=False)
