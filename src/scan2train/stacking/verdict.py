"""Why a volume is no regular grid of trusted values, in one word."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

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
    about = table.select("fits", "sliced", "mosaic", "mosaic_images", "tiles_across", "placed")[first]
    about = about.hstack([rows["frames_lost"], rows["parts_lost"], rows["some_rescale"]])
    words = []
    for at, facts in enumerate(about.iter_rows(named=True)):
        needs_place = facts["placed"] or (facts["sliced"] and told.role[at] not in ("capture", "picture"))
        needs_place = needs_place and told.role[at] != "picture"
        if not facts["fits"]:
            word = "impossible-size"
        elif facts["frames_lost"]:
            word = "frames-lost"
        elif facts["parts_lost"]:
            word = "parts-lost"
        elif not usable[at] and needs_place:
            word = "bad-orientation" if facts["placed"] and worst[at] > GEO013_WARNING else "no-geometry"
        elif facts["tiles_across"] is None and (facts["mosaic"] or (facts["mosaic_images"] or 0) > 1):
            word = "mosaic"
        elif facts["some_rescale"]:
            word = "mixed-rescale"
        elif told.stray[at]:
            word = f"mixed-{told.stray[at]}"
        else:
            word = found[at].irregular if usable[at] else ""
        words.append(word)
    return words
