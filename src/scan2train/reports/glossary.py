"""The words of a rule's page that someone new to medicine has not met."""

from __future__ import annotations

import re

from scan2train.knowledge.plain_words import PLAIN_WORDS
from scan2train.rule import Rule


def words_of(rule: Rule) -> dict[str, str]:
    """The words that stand on the page of ``rule``, those of references apart, and what they mean."""
    text = "\n".join(
        (rule.page.title, *(part for title, part in rule.page.sections.items() if title != "References"))
    )
    met: dict[str, str] = {}
    for words, about in PLAIN_WORDS.items():
        here = [word for word in words.split("|") if _pattern(word).search(text)]
        if here:
            met[", ".join(here)] = about
    return met


def _pattern(word: str) -> re.Pattern[str]:
    # A word may begin a sentence, and a line may end within it; "CC" and "ITK" are no words in small letters.
    spaced = r"\s+".join(re.escape(part) for part in word[1:].split(" "))
    first = word[0]
    return re.compile(rf"(?<![\w-])[{first.lower()}{first.upper()}]{spaced}s?(?!\w)")
