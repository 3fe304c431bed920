"""Which rules run: by code, by the beginning of a code, or by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scan2train.checking.failed import OWN
from scan2train.errors import UnknownName
from scan2train.rule import Rule
from scan2train.rule.load import find_rule


def choose(rules: Sequence[Rule], select: Sequence[str], ignore: Sequence[str]) -> tuple[Rule, ...]:
    """The rules that ``select`` names (all, if it names none) without those that ``ignore`` names.

    The longer word wins, as in ruff: ``select=["GEO"], ignore=["GEO003"]`` leaves the other GEO rules, and
    ``select=["GEO003"], ignore=["GEO"]`` leaves GEO003.

    Raises
    ------
    UnknownName
        If a word names no rule; lists the near ones.
    """
    chosen, left_out = _by_length(rules, select), _by_length(rules, ignore)
    return tuple(
        rule
        for rule in rules
        if (not select or rule.code in chosen) and left_out.get(rule.code, -1) < chosen.get(rule.code, 0)
    )


def require_known(words: Iterable[str], rules: Sequence[Rule]) -> None:
    """See that each word names a rule; raises as :func:`choose`."""
    for word in words:
        _named(rules, word)


def _by_length(rules: Sequence[Rule], words: Iterable[str]) -> dict[str, int]:
    """For each rule that is named, the length of the longest word that names it."""
    found: dict[str, int] = {}
    for word in words:
        for rule in _named(rules, word):
            found[rule.code] = max(found.get(rule.code, 0), len(word))
    return found


def _named(rules: Sequence[Rule], word: str) -> list[Rule]:
    if not word.strip():
        raise UnknownName("a rule is chosen by its code, its beginning or its name", found=repr(word))
    if any(code.startswith(word.upper()) for code in OWN):
        return []  # what the audit says of itself belongs to no rule
    found = [rule for rule in rules if rule.code.startswith(word.upper())]
    return found or [find_rule(word, rules)]
