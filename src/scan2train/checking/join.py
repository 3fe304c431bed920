"""What headers and pixels said of the same volumes, as one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scan2train.finding import Finding
from scan2train.rule import Rule


def join(headers: Sequence[Finding], pixels: Sequence[Finding], rules: Iterable[Rule]) -> list[Finding]:
    """Findings of the header rules, and those that reading and the pixel rules add.

    Where both speak of one volume by one code, the header's word stands: it was judged without the chance of a failed
    reading. Rules that say more of decoded pixels are judged anew with them, so that theirs is the last word.
    """
    wiser = {rule.code for rule in rules if "decoded" in rule.takes}
    anew = {_place(one) for one in pixels if one.code in wiser}
    kept = [one for one in headers if _place(one) not in anew]
    known = {_place(one) for one in kept}
    return [*kept, *(one for one in pixels if _place(one) not in known)]


def _place(one: Finding) -> tuple[str, str | None]:
    return one.code, one.where.volume
