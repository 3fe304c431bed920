"""Which scans are fit to be prepared: a table of choices that `prepare` takes, with the reason for each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from scan2train.finding import Severity
from scan2train.pairing import masks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scan2train.finding import Finding
    from scan2train.index import Index


def choices(found: Index, findings: Iterable[Finding]) -> pl.DataFrame:
    """Accept every CT that has a lesion drawn and nothing wrong with either; reject the others.

    A row for each image volume: ``volume``, ``choice`` (accept or reject), ``path`` and ``reason``.
    """
    volumes = found.volumes
    masks = masks_of(volumes)
    codes = _codes(findings)
    images = volumes.filter(pl.col("role") == "volume").sort("path", "volume")
    return pl.DataFrame(
        [
            {
                "volume": row["volume"],
                "choice": "reject" if (reason := _reason(row, masks, codes)) else "accept",
                "path": row["path"],
                "reason": reason,
            }
            for row in images.iter_rows(named=True)
        ]
    )


def _reason(row: Mapping[str, Any], masks: Mapping[str, Sequence[str]], codes: Mapping[str, set[str]]) -> str:
    """Why not; empty for a volume that is fit."""
    if row["modality"] != "CT":
        return row["modality"] or f"{row['format']}, which does not tell its modality"
    wrong = set[str]().union(
        *(codes.get(key, ()) for key in (row["volume"], row["series_uid"], *masks.get(row["volume"], ())))
    )
    return " ".join(sorted(wrong)) or ("" if row["volume"] in masks else "no lesion is drawn")


def _codes(findings: Iterable[Finding]) -> dict[str, set[str]]:
    """Codes of warnings and errors by the volume or series that they are about."""
    codes: dict[str, set[str]] = defaultdict(set)
    for one in findings:
        key = one.where.volume or one.where.series_uid
        if key and one.severity is not Severity.INFO:
            codes[key].add(one.code)
    return codes
