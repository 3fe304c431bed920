"""What is known already, so that only new findings fail: a file of fingerprints, and no word of the data.

A fingerprint is a hash over the code, the message without its numbers, and the place: the series, else the volume by
its content, else the path below the source. It does not change with the order or the number of findings, with what they
count, or with the place of the source. A finding that has become worse than it was known is new.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from scan2train.checking.failed import OWN
from scan2train.errors import WrongUse
from scan2train.finding import Finding, Severity

VERSION = 1
_ABOUT = "findings that are known: scan2train check --baseline lets only others fail"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MOST_BYTES = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Findings beside a baseline: those that are ``new``, how many are ``known``, how many are ``gone`` since."""

    new: tuple[Finding, ...]
    known: int
    gone: int


def fingerprint(one: Finding) -> str:
    """16 hex digits that name a fault at its place."""
    where = one.where
    place = [where.series_uid or where.volume or "", ""]
    if one.scope == "file" or not place[0]:
        place[1] = where.path or ""
    parts = (one.code, one.scope, *place, _NUMBER.sub("#", one.message))
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def baseline_of(findings: Iterable[Finding]) -> str:
    """The text of a baseline that knows these findings; the same findings give the same text.

    What the audit says of itself (RUL001, RUL002) is never known beforehand.
    """
    counts = Counter(
        (one.code, one.severity.value, fingerprint(one)) for one in findings if one.code not in OWN
    )
    lines = [
        json.dumps({"code": code, "severity": severity, "fingerprint": print_, "count": count})
        for (code, severity, print_), count in sorted(counts.items())
    ]
    listed = "".join(f"\n  {line}," for line in lines).removesuffix(",")
    return f'{{\n "version": {VERSION},\n "about": {json.dumps(_ABOUT)},\n "findings": [{listed}\n ]\n}}\n'


def compare(findings: Sequence[Finding], path: Path) -> Compared:
    """Tell new findings from those that a baseline knows.

    Raises
    ------
    WrongUse
        If the file is missing or is no baseline.
    """
    known = _read(path)
    held = sum(known.values())
    new = []
    for one in findings:
        print_ = fingerprint(one)
        # A milder word than the known one is no news.
        keys = [(print_, rank) for rank in range(one.severity.rank, 3)]
        key = next((key for key in keys if known[key] > 0), None)
        if key is None or one.code in OWN:
            new.append(one)
        else:
            known[key] -= 1
    return Compared(new=tuple(new), known=len(findings) - len(new), gone=held - (len(findings) - len(new)))


def _read(path: Path) -> Counter[tuple[str, int]]:
    if not path.is_file():
        raise WrongUse("there is no such baseline", where=path, advice=f"Write it: --write-baseline {path}")
    if path.stat().st_size > _MOST_BYTES:
        raise WrongUse("the file is too long to be a baseline", where=path)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["version"] != VERSION:
            raise WrongUse("another version of baseline", where=path, expected=VERSION, found=told["version"])
        known: Counter[tuple[str, int]] = Counter()
        for one in told["findings"]:
            key, count = _entry(one)
            known[key] += count
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WrongUse(
            "the file is no baseline",
            where=path,
            found=f"{type(error).__name__}: {error}",
            advice=f"Write it anew: --write-baseline {path}",
        ) from None
    return known


def _entry(one: Any) -> tuple[tuple[str, int], int]:
    print_, count = one["fingerprint"], one["count"]
    if not isinstance(print_, str) or isinstance(count, bool) or not isinstance(count, int):
        raise TypeError("a fingerprint is a text, and its count a number")
    return (print_, Severity(one["severity"]).rank), count
