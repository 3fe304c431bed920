"""One page a step: its docstring, and its options from the fields of its class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from inspect import getdoc

from scan2train.recipe.lookup import find_step, preset_names, preset_text, step_words
from scan2train.recipe.step import Choice, Instruction, SpatialStep

FENCE = "```"

ABOUT = """\
# Steps

What a line `do = "…"` of a recipe can say. A *step* does the same to every volume; a *choice* looks at the volume, or
draws, and becomes a plain step, which the account keeps.
"""


def pages() -> Iterator[tuple[str, str]]:
    """A page for every step, and ``steps``, which lists them."""
    listed = []
    for word in step_words():
        kind = find_step(word)
        yield f"steps/{word}", _page(word, kind)
        listed.append(f"| [`{word}`](steps/{word}.md) | {_kind(kind)} | {_first_line(kind)} |")
    toctree = "\n".join(
        [f"{FENCE}{{toctree}}", ":hidden:", "", *(f"steps/{word}" for word in step_words()), FENCE]
    )
    parts = [
        ABOUT,
        "\n".join(["| step | changes | what it does |", "| --- | --- | --- |", *listed]),
        toctree,
    ]
    yield "steps", "\n\n".join(parts) + "\n"


def _page(word: str, kind: type[Instruction]) -> str:
    about = f"{FENCE}{{eval-rst}}\n.. autoclass:: {kind.__module__}.{kind.__name__}\n   :no-members:\n{FENCE}"
    parts = [f"# {word}", f"Changes {_kind(kind)}.", about]
    options = [_option(one) for one in fields(kind)]
    if options:
        parts.append("\n".join(["| option | type | default |", "| --- | --- | --- |", *options]))
    used = _use(word)
    if used:
        parts.append(f"## In a preset\n\n{FENCE}toml\n{used}\n{FENCE}")
    return "\n\n".join(parts) + "\n"


def _option(one: Field[object]) -> str:
    default = (
        "required" if one.default is MISSING and one.default_factory is MISSING else f"`{one.default!r}`"
    )
    kind = str(one.type).replace("|", "\\|")
    return f"| `{one.name}` | {kind} | {default} |"


def _kind(kind: type[Instruction]) -> str:
    if issubclass(kind, Choice):
        return "what it finds: a choice"
    return "where voxels lie" if issubclass(kind, SpatialStep) else "values"


def _use(word: str) -> str:
    """The step as it stands in the first preset that has it."""
    for name in preset_names():
        for part in preset_text(name).split("[[step]]")[1:]:
            if f'do = "{word}"' in part:
                return f"[[step]]{part.rstrip()}"
    return ""


def _first_line(kind: type[Instruction]) -> str:
    return " ".join((getdoc(kind) or "").split("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")
