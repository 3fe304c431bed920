"""A rule's page as text: what ``explain`` prints."""

from __future__ import annotations

from textwrap import wrap

from scan2train.reports.glossary import words_of
from scan2train.rule import Rule
from scan2train.rule.inputs import PIXELS

_EXAMPLES_ABOUT = (
    "What the rule is tested by: found, silent, or a near miss, which looks like the fault or lies close to a limit.\n"
    "The word at the end is the severity; without one nothing is told."
)
_KINDS = {"bad": "found", "good": "silent", "near": "near miss"}


def as_page(rule: Rule) -> str:
    """Title, sections, and the examples that the rule is tested by."""
    parts = [f"{rule.code} {rule.name}\n{rule.page.title}."]
    parts += [f"{title}\n{'-' * len(title)}\n{text}" for title, text in rule.page.sections.items()]
    if words := words_of(rule):
        parts.append("\n".join(["Words", "-----", *(_line(*word) for word in words.items())]))
    if rule.needs_task:
        parts.append("Looks only where it is told what is to be learnt: --task.")
    pixels = PIXELS.intersection(rule.needs)
    if pixels <= rule.optional and (pixels or rule.gathers):
        parts.append("Looks at headers; tells more where pixels are decoded (--pixels).")
    elif pixels:
        parts.append("Looks at pixels: runs with --pixels, and whenever a volume is read.")
    lines = [
        f"  {_KINDS[one.kind]:10s} {one.name}" + (f": {one.finds.value}" if one.finds else "")
        for one in rule.examples()
    ]
    parts.append("\n".join(["Examples", "--------", _EXAMPLES_ABOUT, *lines]))
    return "\n\n".join(parts)


def _line(word: str, about: str) -> str:
    return "\n".join(wrap(f"{word}: {about}", 118, initial_indent="  ", subsequent_indent="    "))
