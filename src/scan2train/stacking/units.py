"""The unit of stacking: one frame, with what its functional groups or its header say of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from scan2train.formats.dicom.cell import HALVED
from scan2train.knowledge.sop_classes import RT_DOSE
from scan2train.stacking.dose_frames import dose_frames
from scan2train.tables.series_key import series_keys

#: Columns in which a frame's own functional groups win over the header of its file.
_FRAME_WINS = (
    *("position_x", "position_y", "position_z", "row_x", "row_y", "row_z", "col_x", "col_y", "col_z"),
    *("row_spacing_mm", "col_spacing_mm", "thickness_mm", "spacing_between_slices_mm", "slope", "intercept"),
    "rescale_type",
    *("echo_time_ms", "b_value", "trigger_time_ms", "cardiac_percentage"),
    "image_laterality",
    "kernel",
)
_FRAME_ONLY = (
    *("stack_id", "in_stack_position", "temporal_index", "dimension_index", "frame_type", "segment"),
    *("energy_window", "rr_interval", "time_slot", "tiles_across"),
)

_PIXELS = ("native", "encapsulated", "float", "double")
_SIZES = ("rows", "columns", "bits_allocated", "samples", "n_frames")
#: More frames than any scanner writes into one file: the table has an entry for each.
_MOST_FRAMES = 100_000
_GE_MARK = 1e9


def units(instances: pl.DataFrame, frames: pl.DataFrame) -> pl.DataFrame:
    """One row a frame of every DICOM image, in the order of ``instances``.

    Besides the columns of the instances table it has ``unit`` (its row), ``instance`` (row of ``instances``),
    ``frame`` (from 0), ``span`` (frames that the row stands for: 1, or all frames of a file that says nothing of
    each), ``framed`` (functional groups speak of it), ``fits`` (its pixels can be there at all), ``frames_lost``
    (there are more or fewer frames than functional groups speak of), ``parts_lost`` (it is a part of a concatenation
    that lacks others) and the columns of the frames table that no
    file's header has.
    """
    whole = _images(instances).with_columns(
        samples=pl.col("samples").fill_null(1),
        declared_frames=pl.col("n_frames").fill_null(1).clip(lower_bound=1),
    )
    whole = whole.hstack([series_keys(whole, pl.col("path"))]).with_columns(fits=_fits())
    if (whole["sop_class_uid"] == RT_DOSE).any():
        dose = pl.col("sop_class_uid") == RT_DOSE
        whole = whole.with_columns(
            slope=pl.when(dose).then(pl.col("dose_grid_scaling")).otherwise(pl.col("slope")),
            intercept=pl.when(dose).then(0.0).otherwise(pl.col("intercept")),
        )
        frames = pl.concat([frames, dose_frames(whole)], how="diagonal")
    whole = whole.with_columns(b_value=_b_value())
    found = _with_frames(whole.with_columns(parts_lost=_parts_lost()), frames)
    return found.hstack([_numbers("unit", found.height)])


def _images(instances: pl.DataFrame) -> pl.DataFrame:
    """The DICOM images that have pixels, with the row of ``instances`` that each is."""
    numbered = instances.hstack([_numbers("instance", instances.height)])
    image = numbered.select((pl.col("format") == "dicom") & pl.col("pixel_kind").is_in(_PIXELS)).to_series()
    return numbered if image.all(ignore_nulls=False) else numbered.filter(image)


def _numbers(name: str, n: int) -> pl.Series:
    return pl.Series(name, np.arange(n))


def _with_frames(whole: pl.DataFrame, frames: pl.DataFrame) -> pl.DataFrame:
    if frames.is_empty():
        n = whole.height
        alone = [
            *(
                pl.Series("frame", [0]).new_from_index(0, n),
                pl.Series("framed", [False]).new_from_index(0, n),
                whole["declared_frames"].alias("span"),
                pl.Series("frames_lost", [False]).new_from_index(0, n),
            ),
            *(
                pl.Series(name, [None], dtype=frames.schema[name]).new_from_index(0, n)
                for name in _FRAME_ONLY
            ),
        ]
        return whole.hstack(alone)
    # Windows are for display alone: what makes volumes of frames does not look at them.
    own = frames.drop("window_center", "window_width", "window_function", strict=False)
    own = own.with_columns(kernel=pl.coalesce("kernel", "kernel_group", "kernel_converted"))
    own = own.rename({name: f"{name}_of_frame" for name in (*_FRAME_WINS, "acquisition_datetime")})
    own = own.with_columns(framed=pl.lit(value=True), frame=pl.col("frame").cast(pl.Int64))
    joined = whole.join(own, on="instance", how="left", maintain_order="left_right").with_columns(
        framed=pl.col("framed").fill_null(value=False), frame=pl.col("frame").fill_null(0)
    )
    if joined["tiles_across"].null_count() < joined.height:
        joined = _tiled(joined)
    joined = joined.with_columns(frames_lost=pl.col("framed") & pl.col("tiles_across").is_null() & _lost())
    joined = joined.filter((pl.col("frame") < pl.col("declared_frames")) | ~pl.col("framed"))
    return joined.with_columns(
        *(pl.coalesce(f"{name}_of_frame", name).alias(name) for name in _FRAME_WINS),
        acquisition_time=pl.coalesce("acquisition_datetime_of_frame", "acquisition_time"),
        temporal_position=pl.coalesce(
            pl.col("temporal_index").cast(pl.Int64, strict=False), "temporal_position"
        ),
        span=pl.when("framed").then(1).otherwise(pl.col("declared_frames")),
    ).select(*whole.columns, "frame", "framed", "span", "frames_lost", *_FRAME_ONLY)


def _tiled(joined: pl.DataFrame) -> pl.DataFrame:
    """Tiles of mosaics as frames of a smaller picture: as many as there are, each as large as one tile."""
    tiled, across = pl.col("tiles_across").is_not_null(), pl.col("tiles_across").fill_null(1)
    return joined.with_columns(
        declared_frames=pl.when(tiled).then(pl.len().over("instance")).otherwise("declared_frames"),
        rows=pl.col("rows") // across,
        columns=pl.col("columns") // across,
    )


@cache
def _b_value() -> pl.Expr:
    """Diffusion b-value: the standard's, else the vendor's own."""
    # GE marks some directions by adding 1e9 to what no magnet reaches.
    ge = pl.col("b_value_ge")
    ge = pl.when(ge >= _GE_MARK).then(ge - _GE_MARK).otherwise(ge)
    return pl.coalesce("b_value", "b_value_siemens", ge, "b_value_philips")


def _parts_lost() -> pl.Expr:
    """Whether files of the concatenation that a file belongs to are not there (PS3.3 C.7.6.16.2.2.4)."""
    own = ("source", "series", "concatenation_uid")
    last = pl.max_horizontal("concatenation_total", pl.col("concatenation_number").max().over(own))
    lost = pl.col("concatenation_number").n_unique().over(own) < last.max().over(own)
    return (pl.col("concatenation_uid").is_not_null() & lost).fill_null(value=False)


def _lost() -> pl.Expr:
    """Whether functional groups speak of fewer or more frames than there are by the header or the pixel data.

    How many frames compressed pixel data holds is not known before it is decoded: there the groups alone tell.
    """
    cells = pl.col("declared_frames").cast(pl.Float64) + 1
    for name in ("rows", "columns", "samples", "bits_allocated"):
        cells = cells * pl.col(name).cast(pl.Float64)
    more_pixels = (pl.col("pixel_kind") != "encapsulated") & (
        pl.col("pixel_length").cast(pl.Float64) * 8 >= cells
    )
    more_groups = (pl.col("pixel_kind") == "encapsulated") & pl.col("oddities").list.contains(
        "frame-items-surplus"
    )
    fewer = pl.len().over("instance") != pl.col("declared_frames")
    return (fewer | more_pixels | more_groups).fill_null(value=False)


@cache
def _fits() -> pl.Expr:
    """Whether sizes are there, and native pixels of that size are within the value that is to hold them."""
    sane = pl.all_horizontal(*(pl.col(name).fill_null(1) > 0 for name in _SIZES))
    sane = sane & pl.col("rows").is_not_null() & pl.col("columns").is_not_null()
    # Compared as floats: the product of hostile sizes overflows 64 bits.
    product = pl.col("declared_frames").cast(pl.Float64)
    for name in ("rows", "columns", "samples", "bits_allocated"):
        product = product * pl.col(name).cast(pl.Float64)
    native = pl.col("pixel_kind") != "encapsulated"
    # 4:2:2 sampled native colour holds two thirds of the samples. A compressed frame needs 8 bytes at least.
    factor = pl.when(pl.col("photometric").is_in(HALVED)).then(2 / 3).otherwise(1.0)
    enough = pl.col("pixel_length").cast(pl.Float64) * 8 >= (product * factor).floor()
    counted = pl.col("pixel_length") >= pl.col("declared_frames") * 8
    sane = sane & (pl.col("declared_frames") <= _MOST_FRAMES)
    return (sane & pl.when(native).then(enough).otherwise(counted)).fill_null(value=False)


def all_frames(flat: pl.DataFrame) -> pl.DataFrame:
    """Repeat units that stand for several frames, once a frame; units that cannot fit stay single."""
    if (flat["span"] == 1).all():
        return flat
    several = (pl.col("span") > 1) & pl.col("fits")
    frames = (
        pl.when(several)
        .then(pl.int_ranges(0, pl.col("span"), dtype=pl.Int64))
        .otherwise(pl.concat_list("frame"))
    )
    return flat.with_columns(frame=frames).explode("frame")
