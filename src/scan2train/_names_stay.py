"""A package whose public names stay what they are when a submodule of the same name is imported."""

from __future__ import annotations

import sys
from collections.abc import Container
from types import ModuleType


def names_stay(package: str, names: Container[str]) -> None:
    """Keep submodules from hiding these names of ``package``: ``scan2train.read`` stays a function once it is imported.

    The import system binds every submodule onto its package; where a public name is the same, the name stays.
    """

    class Package(ModuleType):
        def __setattr__(self, name: str, value: object) -> None:
            if not (name in names and isinstance(value, ModuleType)):
                super().__setattr__(name, value)

    sys.modules[package].__class__ = Package
