"""One page a preset: what it is for, and its TOML with the reasons in it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from scan2train.recipe.lookup import preset_names, preset_text

FENCE = "```"

ABOUT = """\
# Presets

The recipes that come with the package. Name one with `--recipe`, or copy its text into a file of your own, change it,
and name the file.
"""


def pages() -> Iterator[tuple[str, str]]:
    """The page ``recipes``."""
    parts = [
        ABOUT,
        *(_preset(name) for name in preset_names()),
    ]
    yield "recipes", "\n\n".join(parts) + "\n"


def _preset(name: str) -> str:
    text = preset_text(name)
    about = tomllib.loads(text).get("about", "")
    return f"## {name}\n\n{about}\n\n{FENCE}toml\n{text.strip()}\n{FENCE}"
