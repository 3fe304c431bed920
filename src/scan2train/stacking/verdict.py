"""Why a volume is no regular grid of trusted values, in one word."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.knowledge.sop_classes import SLICED
from scan2train.knowledge.tolerances import GEO013_WARNING
from scan2train.stacking.siblings import Told
from scan2train.stacking.stacks import Stack


def irregular(
    table: pl.DataFrame,
    found: list[Stack],
    told: Told,
    usable: npt.NDArray[np.bool_],
    worst: npt.NDArray[np.float64],
    rows: pl.DataFrame,
) -> list[str]:
    """The word of each stack for the column ``irregular``; empty where it is regular.

    ``usable`` says whether its geometry can be trusted, ``worst`` how far its axes are from unit and
    perpendicular.
    """
    first = [int(one.units[0]) for one in found]
    about = table[first].select(
        fits="fits",
        sliced=pl.col("modality").is_in(SLICED).fill_null(value=False),
        mosaic=pl.col("image_type").fill_null("").str.contains("MOSAIC")
        | (pl.col("mosaic_images") > 1).fill_null(value=False),
        placed=pl.all_horizontal(
            pl.col(name).is_not_null() for name in ("position_x", "row_x", "col_x", "row_spacing_mm")
        ),
        frames_lost=rows["frames_lost"],
        some_rescale=rows["some_rescale"],
    )
    words = []
    for at, facts in enumerate(about.iter_rows(named=True)):
        needs_place = facts["placed"] or (facts["sliced"] and told.role[at] not in ("capture", "picture"))
        needs_place = needs_place and told.role[at] != "picture"
        if not facts["fits"]:
            word = "impossible-size"
        elif facts["frames_lost"]:
            word = "frames-lost"
        elif not usable[at] and needs_place:
            word = "bad-orientation" if facts["placed"] and worst[at] > GEO013_WARNING else "no-geometry"
        elif facts["mosaic"]:
            word = "mosaic"
        elif facts["some_rescale"]:
            word = "mixed-rescale"
        elif told.stray[at]:
            word = f"mixed-{told.stray[at]}"
        else:
            word = found[at].irregular if usable[at] else ""
        words.append(word)
    return words
