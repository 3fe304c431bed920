"""The public names, each with its docstring."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import isclass

import scan2train
from scan2train import Scan2TrainError

FENCE = "```"

PARTS = {
    "The way through": (
        "index",
        "Index",
        "check",
        "choose",
        "read",
        "read_all",
        "write",
        "convert",
        "fit",
        "prepare",
        "restore",
    ),
    "How good predictions are": ("evaluate", "Score"),
    "What was made": ("verify", "replay", "diff"),
    "A look at one": ("header", "stats"),
    "Looking at them": ("show", "montage", "histogram", "surface"),
    "Volumes": ("Volume", "Labels", "Grid"),
    "Recipes and tasks": ("Recipe", "Step", "Choice", "Task"),
    "Findings": ("Finding", "Severity"),
    "The data set as a whole": ("leaks", "parity", "Parity", "split", "plan", "Envelope"),
    "Segmentation": ("segment_lungs", "segment_body", "LungOptions", "Segmentation"),
    "Beside the main job": (
        "clean",
        "features",
        "mesh",
        "postprocess",
        "harmonize_smooth",
        "harmonize_histogram",
        "Combat",
        "phases",
        "register",
    ),
}

ABOUT = """\
# Python

`import scan2train as s2t` loads nothing heavy; each name is loaded when it is first used. The errors have
[a page of their own](errors.md).
"""


def pages() -> Iterator[tuple[str, str]]:
    """The page ``api``."""
    parts = [ABOUT]
    for title, names in PARTS.items():
        parts += [f"## {title}", *(_entry(name) for name in names)]
    missing = set(scan2train.__all__) - {name for names in PARTS.values() for name in names} - {"__version__"}
    forgotten = sorted(name for name in missing if not _is_error(name))
    if forgotten:
        raise RuntimeError(f"public names without a place on the page: {', '.join(forgotten)}")
    yield "api", "\n\n".join(parts) + "\n"


def _entry(name: str) -> str:
    directive = "autoclass" if isclass(getattr(scan2train, name)) else "autofunction"
    return f"{FENCE}{{eval-rst}}\n.. {directive}:: scan2train::{name}\n{FENCE}"


def _is_error(name: str) -> bool:
    value = getattr(scan2train, name)
    return isclass(value) and issubclass(value, Scan2TrainError)
