"""What reading a volume noticed: what the rules say of its row of the index and of its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from scan2train.checking.failed import run_safely
from scan2train.finding import Finding
from scan2train.formats.dicom.pixels import Pixels
from scan2train.rule import Decoded, Rule, at
from scan2train.rule.load import at_reading


def noticed(row: Mapping[str, Any], pixels: Pixels) -> tuple[Finding, ...]:
    """All findings about a volume that was read."""
    return _judged(at_reading(), {"row": row, "decoded": _decoded(pixels)})


def noticed_of_file(row: Mapping[str, Any], told: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings of a file that is not DICOM: what its reader ``told``, and what the rules say of its row besides."""
    known = {one.code for one in told}
    rules = (rule for rule in at_reading() if rule.code not in known and rule.looks_at({"row"}))
    return (*told, *_judged(rules, {"row": row}))


def _judged(rules: Iterable[Rule], inputs: Mapping[str, Any]) -> tuple[Finding, ...]:
    where = at(inputs["row"])
    return tuple(one for rule in rules for one in run_safely(rule, inputs, where))


def _decoded(pixels: Pixels) -> Decoded:
    return Decoded(
        spare_bits=pixels.spare_bits,
        odd=pixels.odd,
        fault=pixels.fault,
        padded=pixels.padded,
        undeclared=pixels.undeclared.masked,
        undeclared_count=pixels.undeclared.count,
        doubtful=pixels.undeclared.doubtful,
        longer_by=pixels.longer_by,
        not_finite=_not_finite(pixels),
    )


def _not_finite(pixels: Pixels) -> int:
    """How many values are NaN or infinite, slice by slice, padding aside."""
    if pixels.array.dtype.kind != "f":
        return 0
    valid = [...] * len(pixels.array) if pixels.valid is None else pixels.valid
    return sum(int((~np.isfinite(one[real])).sum()) for one, real in zip(pixels.array, valid, strict=True))
