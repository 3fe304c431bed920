"""What is found in an index, from headers and from volumes that were decoded: the one way from rules to a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from scan2train.checking.conclude import Seen, conclude
from scan2train.checking.header import check_headers
from scan2train.checking.settle import settle
from scan2train.checking.tables import tables
from scan2train.checking.with_pixels import with_pixels
from scan2train.finding import Finding
from scan2train.index import Index
from scan2train.rule import Rule
from scan2train.rule.inputs import PIXELS


def everything(
    index: Index, rules: Sequence[Rule], seen: Iterable[Seen] = (), splits: pl.DataFrame | None = None
) -> list[Finding]:
    """All findings, merged and sorted.

    Parameters
    ----------
    index, rules
        What is judged, and by which rules.
    seen
        What came of decoding its volumes, if they were decoded.
    splits
        Which of its volumes are for training, validation or test; as folders say it, if not given.
    """
    named = tables(index, {name for rule in rules for name in (*rule.needs, *rule.conclude_needs)}, splits)
    headers = list(check_headers(index, rules, named))
    looks = list(seen)
    decoded = (one for look in looks for one in look.findings)
    concluded = conclude(rules, (look.gathered for look in looks), named)
    return settle([*with_pixels(headers, decoded, rules), *concluded])


def look_at_pixels(rules: Iterable[Rule]) -> bool:
    """Whether any of these rules needs a volume decoded."""
    return any(rule.gathers or not PIXELS.isdisjoint(rule.needs) for rule in rules)
