"""Recipes as TOML, as a person would write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def to_toml(recipe: Mapping[str, Any]) -> str:
    """``name``, ``about`` and ``task`` first, then one ``[[step]]`` table a step."""
    lines = [f"{key} = {_value(recipe[key])}" for key in ("name", "about", "task") if recipe.get(key)]
    for step in recipe["step"]:
        lines += ["", "[[step]]", *(f"{key} = {_value(value)}" for key, value in step.items())]
    return "\n".join(lines) + "\n"


def name_line(name: str) -> str:
    """What gives a recipe its name, to be put before the text of a file that had only its file's name."""
    return f"name = {_value(name)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A JSON string without its escaped slashes and surrogates is a TOML basic string.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    return repr(value)
