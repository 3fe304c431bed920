"""What a step is told as: what it changes, what it does, and its options with their defaults."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from inspect import getdoc

from scan2train.recipe.lookup import find_step, preset_names, preset_text
from scan2train.recipe.step import Choice, Instruction, SpatialStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of a step: its name, its type as Python writes it, and its default, ``None`` where it is required."""

    name: str
    type: str
    default: str | None


def options_of(kind: type[Instruction]) -> tuple[Option, ...]:
    """The options of a step, in the order of its class."""
    return tuple(
        Option(
            name=one.name, type=str(one.type), default=None if one.default is MISSING else repr(one.default)
        )
        for one in fields(kind)
    )


def changes(kind: type[Instruction]) -> str:
    """What a step changes, in a word or two."""
    if issubclass(kind, Choice):
        return "what it finds: a choice"
    return "where voxels lie" if issubclass(kind, SpatialStep) else "values"


def in_short(kind: type[Instruction]) -> str:
    """What a step does, in a sentence."""
    return " ".join((getdoc(kind) or "").split("\n\n")[0].split()).replace("``", "`")


def in_preset(word: str) -> str:
    """The step as it stands in the first preset that has it; empty where none has."""
    for name in preset_names():
        for part in preset_text(name).split("[[step]]\n")[1:]:
            own = part.rstrip().splitlines()
            while own and (own[-1].startswith("#") or not own[-1]):
                own.pop()  # what stands behind it is about the step that comes next
            if f'do = "{word}"' in own:
                return "\n".join(["[[step]]", *own])
    return ""


def page_of(word: str) -> str:
    """A step's page, for a terminal.

    Raises
    ------
    UnknownName
        If there is no such step.
    """
    kind = find_step(word)
    head = f"{word}: changes {changes(kind)}"
    options = [
        f"  {one.name} = {one.default}  ({one.type})"
        if one.default
        else f"  {one.name}, required  ({one.type})"
        for one in options_of(kind)
    ]
    listed = "\n".join(["Options:", *options]) if options else "It has no options."
    use = in_preset(word)
    parts = [
        head,
        (getdoc(kind) or "").replace("``", "`"),
        listed,
        *([f"In a preset:\n\n{use}"] if use else []),
    ]
    return "\n\n".join(parts)
