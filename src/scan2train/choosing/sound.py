"""Which volumes can be trained on whatever is to be learnt: those in which nothing is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from scan2train.choosing.choices import ABOUT
from scan2train.choosing.wrong_in_itself import wrong_in_itself
from scan2train.finding import Finding
from scan2train.knowledge.file_names import natural_key
from scan2train.pairing import masks_of

if TYPE_CHECKING:
    import polars as pl

    from scan2train.index import Index


def sound(index: Index, findings: Iterable[Finding]) -> pl.DataFrame:
    """Accept every volume without an error in it, in its series or in its mask; reject the others, with the codes.

    Where a source holds no volumes but pictures, the pictures are what is looked at.

    Returns
    -------
    One row a volume, by path: ``volume``, ``choice`` (accept or reject), ``reason``, ``fatal`` (the codes), and what it
    is: ``study_uid``, ``series_uid``, ``modality``, ``description``, ``path``.
    """
    import polars as pl

    errors: dict[str, set[str]] = defaultdict(set)
    for one in findings:
        place = one.where.volume or one.where.series_uid
        if place and wrong_in_itself(one):
            errors[place].add(one.code)
    table = index.volumes.select("volume", "role", *ABOUT)
    masks = masks_of(index.volumes)
    role = "volume" if (table["role"] == "volume").any() else "picture"
    made = []
    for row in table.filter(pl.col("role") == role).iter_rows(named=True):
        own = (row["volume"], row["series_uid"], *masks.get(row["volume"], ()))
        codes = " ".join(sorted({code for place in own if place in errors for code in errors[place]}))
        made.append(
            {
                "volume": row["volume"],
                "choice": "reject" if codes else "accept",
                "reason": f"found in it: {codes}" if codes else "nothing is wrong with it",
                "fatal": codes,
                **{name: row[name] for name in ABOUT},
            }
        )
    made.sort(key=lambda row: (natural_key(row["path"] or ""), row["volume"]))
    columns = ("volume", "choice", "reason", "fatal", *ABOUT)
    return pl.DataFrame(made, schema=dict.fromkeys(columns, pl.String))
