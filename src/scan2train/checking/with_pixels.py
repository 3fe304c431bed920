"""What decoding a volume showed, beside what its header had said already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scan2train.checking.failed import OWN
from scan2train.finding import Finding
from scan2train.rule import Rule


def with_pixels(
    headers: Sequence[Finding], pixels: Iterable[Finding], rules: Iterable[Rule]
) -> list[Finding]:
    """Join both so that no code speaks twice of one volume.

    Reading judges headers as well, so that most of what it says has been said. Its word counts where it is worse,
    and where the rule has looked at the decoded pixels on top of the header.
    """
    looked_again = {rule.code for rule in rules if {"row", "decoded"}.issubset(rule.needs)}
    said: dict[tuple[str, str], int] = {}
    for one in headers:
        if one.where.volume:
            key = (one.code, one.where.volume)
            said[key] = max(said.get(key, 0), one.severity.rank)
    added = [
        one
        for one in pixels
        if one.code in looked_again
        or one.code in OWN
        or one.severity.rank > said.get((one.code, one.where.volume or ""), -1)
    ]
    # What says that a rule failed, or could not look, is no second word on the volume.
    again = {(one.code, one.where.volume) for one in added if one.where.volume and one.code not in OWN}
    return [*(one for one in headers if (one.code, one.where.volume) not in again), *added]
