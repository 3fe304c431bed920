"""What follows from a unit's words alone: its role, and whether it can be a slice among others."""

from __future__ import annotations

from functools import cache

import polars as pl

from scan2train.knowledge.sop_classes import SLICED
from scan2train.stacking.group import MUST_AGREE, SERIES
from scan2train.stacking.roles import role
from scan2train.stacking.runs import PLACED, Runs, runs

#: What everything here, and the groups of slices, follow from; beside what is placed and which frames are of one file.
SAID = (
    *SERIES,
    *(name for name in MUST_AGREE if name not in ("role", "object")),
    *("image_type", "description", "conversion_type", "framed", "tiles_across", "span", "fits"),
)
_KEPT = (*SAID, *PLACED, "unit", "concatenation_uid", "sop_instance_uid", "declared_frames")


def with_facts(units: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, Runs]:
    """Add ``role``, ``placed``, ``sliced`` (of a modality that has slices) and ``mosaic`` to the units.

    Returns
    -------
    The units; their runs' words, one row a run, with ``single`` (a unit of it never joins others) and ``object``
    (what its frames belong to) besides; and the runs.
    """
    units = units.with_columns(
        float_pixels=pl.col("pixel_kind").is_in(["float", "double"]),
        modality_lut=pl.col("modality_lut").fill_null(value=False),
    )
    alike = runs(units, SAID)
    said = units.select(_KEPT)[alike.first].with_columns(
        role=role(),
        placed=pl.all_horizontal(
            pl.col(name).is_not_null() for name in ("position_x", "row_x", "col_x", "row_spacing_mm")
        ),
        sliced=pl.col("modality").is_in(SLICED).fill_null(value=False),
        mosaic=pl.col("image_type").fill_null("").str.contains("MOSAIC", literal=True)
        & pl.col("tiles_across").is_null(),
        # Frames of a multi-frame object do not join those of another; an object of one frame is a slice.
        object=pl.when(
            pl.col("framed")
            & pl.col("tiles_across").is_null()
            & ((pl.col("declared_frames") > 1) | pl.col("concatenation_uid").is_not_null())
        ).then(pl.coalesce("concatenation_uid", "sop_instance_uid")),
    )
    said = said.with_columns(single=_single())
    found = [alike.spread(said[name]) for name in ("role", "placed", "sliced", "mosaic")]
    return units.hstack(found), said, alike


@cache
def _single() -> pl.Expr:
    """A picture, many frames at once, pixels that cannot be there, or nothing that has a place."""
    placed, role = pl.col("placed"), pl.col("role")
    stackable = (role != "picture") & (placed | (pl.col("sliced") & (role == "volume"))) & ~pl.col("mosaic")
    return ~stackable | (pl.col("span") > 1) | ~pl.col("fits")
