"""Findings that readers make, with the names that belong to their codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.finding import Finding, Severity, Where
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.knowledge.suffixes import SUFFIXES, suffix_of

_CLAIMED = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes) | {".dcm", ".gz"}
_SLAB = 1 << 22


def noticed(
    code: str,
    path: Path,
    message: str,
    *,
    severity: Severity = Severity.WARNING,
    seen: object = "",
    expected: object = "",
    advice: str = "",
) -> Finding:
    """Make a finding about the file at ``path``."""
    return Finding(
        code=code,
        name=RULE_NAMES[code],
        severity=severity,
        scope="file",
        where=Where(path=str(path)),
        message=message,
        seen=str(seen),
        expected=str(expected),
        advice=advice,
    )


def misleading_suffix(path: Path, word: str, right: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """FIL007 where the name claims another format than ``word``; a name that claims nothing is no fault.

    ``right`` narrows the suffixes of the format to those that fit this file, where it has several kinds.
    """
    suffix = suffix_of(path.name)
    right = right or SUFFIXES[word]
    if suffix in right or suffix not in _CLAIMED:
        return ()
    return (
        noticed(
            "FIL007",
            path,
            f"the content is {word}, the name says otherwise; tools that go by the name will fail",
            seen=suffix,
            expected=" or ".join(right),
            advice="Rename the file.",
        ),
    )


def surplus(path: Path, count: int) -> tuple[Finding, ...]:
    """FIL005 where ``count`` bytes follow the last voxel."""
    if count == 0:
        return ()
    return (
        noticed(
            "FIL005",
            path,
            "bytes follow after the last voxel; they were ignored",
            seen=f"{count} bytes",
            expected="none",
            advice="Sizes, type or offset in the header may be wrong.",
        ),
    )


def non_finite(path: Path, values: npt.NDArray[Any]) -> tuple[Finding, ...]:
    """PIX007 where a contiguous array holds NaN or infinity."""
    if values.dtype.kind != "f":
        return ()
    flat = values.reshape(-1)
    starts = range(0, flat.size, _SLAB)
    count = sum(int((~np.isfinite(flat[at : at + _SLAB])).sum()) for at in starts)
    if count == 0:
        return ()
    return (
        noticed(
            "PIX007",
            path,
            "some values are not finite",
            seen=f"{count} of {flat.size} values are NaN or infinite",
            expected="finite values",
            advice="Find out what they stand for. prepare takes them for padding: valid.nii.gz says where.",
        ),
    )
