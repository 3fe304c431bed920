"""Whether the values of labels mean the same in two cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scan2train.recipe.point import Point


def names_apart(first: Mapping[str, str], second: Mapping[str, str]) -> Iterator[Point]:
    """A point for each value, as in accounts, that is not called the same in both; without a name it is nothing."""
    for value in sorted({*first, *second}, key=int):
        mine, theirs = first.get(value, ""), second.get(value, "")
        if mine != theirs:
            yield Point(what=f"name of label {value}", first=mine, second=theirs)
