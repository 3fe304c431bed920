"""Which rules run: by code, by the beginning of a code, or by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scan2train.errors import UnknownName
from scan2train.rule import Rule
from scan2train.rule.load import find_rule


def choose(rules: Sequence[Rule], select: Iterable[str], ignore: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that ``select`` names (all, if it names none) without those that ``ignore`` names.

    The longer word wins, as in ruff: ``select=["GEO"], ignore=["GEO003"]`` leaves the other GEO rules, and
    ``select=["GEO003"], ignore=["GEO"]`` leaves GEO003.

    Raises
    ------
    UnknownName
        If a word names no rule; lists the near ones.
    """
    chosen = {rule.code: len(word) for word in select for rule in _named(rules, word)}
    for word in select:
        for rule in _named(rules, word):
            chosen[rule.code] = max(chosen[rule.code], len(word))
    left_out: dict[str, int] = {}
    for word in ignore:
        for rule in _named(rules, word):
            left_out[rule.code] = max(left_out.get(rule.code, 0), len(word))
    everything = not tuple(select)
    return tuple(
        rule
        for rule in rules
        if (everything or rule.code in chosen) and left_out.get(rule.code, -1) < chosen.get(rule.code, 0)
    )


def _named(rules: Sequence[Rule], word: str) -> list[Rule]:
    if not word.strip():
        raise UnknownName("a rule is chosen by its code, its beginning or its name", found=repr(word))
    found = [rule for rule in rules if rule.code.startswith(word.upper())]
    return found or [find_rule(word, rules)]
