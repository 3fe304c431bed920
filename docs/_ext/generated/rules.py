"""One page a rule, from its docstring and its examples, and ``rules``, which lists them by family."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from scan2train.reports.glossary import words_of
from scan2train.rule import Rule
from scan2train.rule.inputs import INPUTS, PIXELS
from scan2train.rule.load import built_in

FENCE = "```"

ABOUT = """\
# Rules

What `scan2train check` looks for. A code never changes its meaning. *error*: training on it is wrong; *warning*: look
before you train; *info*: handled, or worth knowing. `scan2train explain CODE` prints the same pages.
"""

INPUTS_ABOUT = """\
## What a rule can ask for

By the names of the parameters of its `check`; [how to write one](../../howto/rules.md).
"""

_KINDS = {"bad": "found", "good": "silent", "near": "near miss"}


def pages() -> Iterator[tuple[str, str]]:
    """A page for every rule, and the list."""
    rules = built_in()
    for rule in rules:
        yield f"rules/{rule.code}", _page(rule)
    parts = [ABOUT]
    for family, members in groupby(rules, key=lambda rule: rule.module.__name__.split(".")[-2]):
        lines = [
            f"| [{rule.code}](rules/{rule.code}.md) | `{rule.name}` | {rule.page.title} |" for rule in members
        ]
        parts.append(
            "\n".join(
                [f"## {family.capitalize()}", "", "| code | name | finds |", "| --- | --- | --- |", *lines]
            )
        )
    inputs = [f"| `{name}` | {about} |" for name, about in INPUTS.items()]
    parts.append(INPUTS_ABOUT + "\n" + "\n".join(["| parameter | what it is |", "| --- | --- |", *inputs]))
    parts.append(
        "\n".join([f"{FENCE}{{toctree}}", ":hidden:", "", *(f"rules/{rule.code}" for rule in rules), FENCE])
    )
    yield "rules", "\n\n".join(parts) + "\n"


def _page(rule: Rule) -> str:
    parts = [f"# {rule.code} {rule.name}", f"{rule.page.title}."]
    parts += [f"## {title}\n\n{text}" for title, text in rule.page.sections.items()]
    if words := words_of(rule):
        lines = [f"| {_cell(word)} | {_cell(about)} |" for word, about in words.items()]
        parts.append("\n".join(["## Words", "", "| word | what it means |", "| --- | --- |", *lines]))
    if rule.needs_task:
        parts.append("This rule runs only where a task is named: `--task`.")
    if not PIXELS.isdisjoint((*rule.needs, *rule.gather_needs)):
        parts.append("This rule looks at pixels, all or in part: it says all that it can with `--pixels`.")
    lines = [
        f"| {_KINDS[one.kind]} | {_cell(one.name)} | {one.finds.value if one.finds else ''} |"
        for one in rule.examples()
    ]
    parts.append("\n".join(["## Examples", "", "| | what | severity |", "| --- | --- | --- |", *lines]))
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
