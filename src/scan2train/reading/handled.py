"""What was done about uneven, missing or doubled slices: told with the volume, and kept in its ``meta``."""

from __future__ import annotations

from typing import Any

import numpy as np

from scan2train.finding import Finding, Severity, Where
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.reading.lattice import Lattice
from scan2train.reading.refusals import code_of
from scan2train.reading.slices_of import Row
from scan2train.volume import Volume


def told_as_part(volume: Volume, row: Row) -> Volume:
    """The volume, saying of what it is a part where its row does."""
    if not row.get("part_of"):
        return volume
    word = row["part_irregular"]
    about: dict[str, Any] = {"irregular": word, "part_of": row["part_of"]}
    seen = "a slice that differs from the others of its series"
    if row["part_total"] is not None:
        first, last = row["part_first"], row["part_first"] + row["n_slices"] - 1
        about |= {"total": row["part_total"], "first": first, "last": last}
        seen = f"slices {first} to {last} of {row['part_total']}"
    finding = _finding(row, word, "this is a regular part of an irregular stack", seen)
    return _with(volume, finding, about)


def told_as_resampled(volume: Volume, row: Row, lattice: Lattice) -> Volume:
    """The volume, saying that it was resampled from uneven slices, and which of its slices are invented."""
    invented = np.flatnonzero(lattice.invented).tolist()
    finding = _finding(
        row,
        row["irregular"],
        "uneven slices were resampled to a regular grid from their true places",
        f"{len(lattice.at)} slices at uneven distances; {lattice.grid.shape[2]} were made, "
        f"{len(invented)} of them invented, which are not valid",
    )
    about = {"irregular": row["irregular"], "total": len(lattice.at), "invented": invented}
    return _with(volume, finding, about)


def _finding(row: Row, word: str, message: str, seen: str) -> Finding:
    code = code_of(word)
    return Finding(
        code=code,
        name=RULE_NAMES[code],
        severity=Severity.WARNING,
        scope="volume",
        message=f"{message}: {word.replace('-', ' ')}",
        where=Where(path=row["path"], series_uid=row["series_uid"], volume=row["volume"]),
        advice="Look at it before you train, and fetch the files that are missing where you can.",
        seen=seen,
        expected="slices at even distances along their normal",
    )


def _with(volume: Volume, finding: Finding, about: dict[str, Any]) -> Volume:
    """What a rule says of the same fault, as if nothing had been done about it, makes room."""
    others = (one for one in volume.findings if one.code != finding.code)
    return volume.replace(findings=(finding, *others), meta={**volume.meta, "slices": about})
