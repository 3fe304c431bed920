"""An example of a rule: a folder to be made, and what the rule must say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scan2train.finding import Severity

#: Writes files below a folder that exists and is empty.
Build = Callable[[Path], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One case. The tests build it and check it; ``explain`` and the docs show its name.

    ``finds`` is the worst severity that the rule must give, ``None`` where it must be silent. ``task`` is the name
    of the task that is given, empty where none is.
    """

    kind: Literal["bad", "good", "near"]
    name: str
    build: Build
    finds: Severity | None
    task: str = ""


def bad(name: str, build: Build, finds: Severity, *, task: str = "") -> Example:
    """A folder with the fault."""
    return Example(kind="bad", name=name, build=build, finds=finds, task=task)


def good(name: str, build: Build, *, task: str = "") -> Example:
    """A folder without it."""
    return Example(kind="good", name=name, build=build, finds=None, task=task)


def near(name: str, build: Build, finds: Severity | None = None, *, task: str = "") -> Example:
    """A near miss: just within the threshold, or what looks like the fault and is none."""
    return Example(kind="near", name=name, build=build, finds=finds, task=task)
