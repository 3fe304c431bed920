"""Which spacing is meant: of projection radiographs (PS3.3 10.7.1) and of ultrasound (PS3.3 C.8.5.5)."""

from __future__ import annotations

import polars as pl

from scan2train.knowledge.sop_classes import FILMS

#: Region Spatial Format of a picture of tissue, and Physical Units of cm (PS3.3 C.8.5.5.1).
_TISSUE, _CM = 1, 3
_MM_PER_CM = 10.0


def with_spacing(units: pl.DataFrame) -> pl.DataFrame:
    """Fill ``row_spacing_mm`` and ``col_spacing_mm`` from the best source, named in ``spacing_source``.

    Pixel Spacing where there is one: equal to Imager Pixel Spacing it is that of the detector's plane, different
    from it it is calibrated. Else Imager Pixel Spacing, divided by Estimated Radiographic Magnification Factor
    where that is known, so that it is about that of the anatomy. Else Nominal Scanned Pixel Spacing. Ultrasound
    without Pixel Spacing has that of its region, if that is one of tissue in cm and covers the whole picture: beside
    a smaller region there are texts and other regions, whose pixels have another size or none.
    """
    return _of_ultrasound(_of_films(units))


def _of_films(units: pl.DataFrame) -> pl.DataFrame:
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


def _of_ultrasound(units: pl.DataFrame) -> pl.DataFrame:
    scan = ((pl.col("modality") == "US") & ~pl.col("framed")).fill_null(value=False)
    if not units.select(scan.any()).item():
        return units
    whole = (
        (pl.col("region_format") == _TISSUE)
        & (pl.col("region_units_x") == _CM)
        & (pl.col("region_units_y") == _CM)
        & (pl.col("region_left") == 0)
        & (pl.col("region_top") == 0)
        & (pl.col("region_right") >= pl.col("columns") - 1)
        & (pl.col("region_bottom") >= pl.col("rows") - 1)
    ).fill_null(value=False)
    meant = scan & whole & _both("region_delta_x", "region_delta_y") & (pl.col("spacing_source") == "")
    return units.with_columns(
        *(
            pl.when(meant)
            .then(pl.col(f"region_delta_{axis}") * _MM_PER_CM)
            .otherwise(pl.col(f"{name}_spacing_mm"))
            .alias(f"{name}_spacing_mm")
            for axis, name in (("x", "col"), ("y", "row"))
        ),
        spacing_source=pl.when(meant)
        .then(pl.lit("SequenceOfUltrasoundRegions"))
        .otherwise(pl.col("spacing_source")),
    )


def _both(rows: str, columns: str) -> pl.Expr:
    return ((pl.col(rows) > 0) & (pl.col(columns) > 0)).fill_null(value=False)
