"""Which steps two recipes, or two accounts, do not share, and which options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from scan2train.recipe.point import Point

Step = Mapping[str, Any]


def steps_apart(
    first: Sequence[Step], second: Sequence[Step], names: tuple[str, str] = ("A", "B")
) -> Iterator[Point]:
    """A point for each option of a step that both have, and for each step that one has alone.

    Steps are told apart by their words and their order; numbers count from 1 in the first, and in the second for
    a step that only it has: ``names`` say which.
    """
    mine, theirs = ([str(step["do"]) for step in steps] for steps in (first, second))
    for kind, a, a_end, b, b_end in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            for at, (one, other) in enumerate(zip(first[a:a_end], second[b:b_end], strict=True), start=a + 1):
                yield from _options(f"step {at} {one['do']}", one, other)
            continue
        for at in range(a, a_end):
            yield Point(what=f"step {at + 1} of {names[0]}", first=_told(first[at]), second="")
        for at in range(b, b_end):
            yield Point(what=f"step {at + 1} of {names[1]}", first="", second=_told(second[at]))


def _options(step: str, one: Step, other: Step) -> Iterator[Point]:
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            yield Point(what=f"{step}: {name}", first=_value(one.get(name)), second=_value(other.get(name)))


def _told(step: Step) -> str:
    options = ", ".join(f"{name} {value}" for name, value in step.items() if name != "do")
    return f"{step['do']} ({options})" if options else str(step["do"])


def _value(value: object) -> str:
    return "" if value is None else str(value)
