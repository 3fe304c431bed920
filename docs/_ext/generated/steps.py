"""One page a step: its docstring, and its options from the fields of its class."""

from __future__ import annotations

from collections.abc import Iterator

from scan2train.recipe.about_step import Option, changes, in_preset, in_short, options_of
from scan2train.recipe.lookup import find_step, step_words
from scan2train.recipe.step import Instruction

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
        listed.append(f"| [`{word}`](steps/{word}.md) | {changes(kind)} | {_first_line(kind)} |")
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
    parts = [f"# {word}", f"Changes {changes(kind)}.", about]
    options = [_option(one) for one in options_of(kind)]
    if options:
        parts.append("\n".join(["| option | type | default |", "| --- | --- | --- |", *options]))
    used = in_preset(word)
    if used:
        parts.append(f"## In a preset\n\n{FENCE}toml\n{used}\n{FENCE}")
    return "\n\n".join(parts) + "\n"


def _option(one: Option) -> str:
    default = "required" if one.default is None else f"`{one.default}`"
    kind = one.type.replace("|", "\\|")
    return f"| `{one.name}` | {kind} | {default} |"


def _first_line(kind: type[Instruction]) -> str:
    return in_short(kind).replace("|", "\\|")
